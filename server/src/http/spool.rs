//! A file that is written to its end before the first byte of it is sent, outside of memory.
//!
//! What is written into it is each answer's own.

use actix_web::body::SizedStream;
use actix_web::web::{self, Bytes};
use futures_util::stream::try_unfold;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};

/// How much of a file is read and sent at once: 256 KiB.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A file that is being written.
pub struct Spool(BufWriter<Hashed>);

/// A file that counts and hashes what goes into it.
struct Hashed {
    file: File,
    hash: Sha256,
    length: u64,
}

/// A file that is complete.
pub struct Spooled {
    file: File,
    length: u64,
    /// Its SHA-256 in small hexadecimal digits.
    pub sha256: String,
}

impl Spool {
    /// An empty file without a name, which is gone when nobody reads it any more.
    pub fn new() -> io::Result<Self> {
        let (file, hash) = (tempfile::tempfile()?, Sha256::new());
        Ok(Self(BufWriter::new(Hashed { file, hash, length: 0 })))
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<Spooled> {
        let hashed = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        let Hashed { mut file, hash, length } = hashed;
        file.rewind()?;
        let mut sha256 = String::new();
        for byte in hash.finalize() {
            let _ = write!(sha256, "{byte:02x}");
        }
        Ok(Spooled { file, length, sha256 })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Spooled {
    /// The file as the body of an answer. One that ends too soon breaks the connection off.
    pub fn into_body(self) -> SizedStream<impl futures_util::Stream<Item = io::Result<Bytes>>> {
        let chunks = try_unfold((self.file, self.length), |(file, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let read = web::block(move || {
                let mut chunk = vec![0; usize::try_from(left.min(CHUNK_BYTES)).unwrap_or_default()];
                (&file).read_exact(&mut chunk).map(|()| (Bytes::from(chunk), file))
            });
            let (chunk, file) = read.await.map_err(io::Error::other)??;
            let left = left - chunk.len() as u64;
            Ok(Some((chunk, (file, left))))
        });
        SizedStream::new(self.length, chunks)
    }
}
