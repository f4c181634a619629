//! The program `siteworthy`. Everything that it does stands in the library; here it only starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    siteworthy::cli::main()
}
