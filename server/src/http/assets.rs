//! The web pages that the binary carries: which file answers a path, in which compressed form,
//! and how long a browser may keep it.
//!
//! `build/web.rs` builds the pages and writes the table of them; it is empty where there was no
//! Node.js, and then the two pages say how to get them. What the pages show belongs to `web/`.

use actix_web::http::header::{self, EntityTag, Header, HeaderMap, IfNoneMatch};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

/// One file of the web pages.
#[derive(Debug)]
pub struct Asset {
    /// Path below the root, without a leading slash.
    pub path: &'static str,
    /// Value of `content-type`.
    pub media_type: &'static str,
    /// Changes with the content.
    pub hash: &'static str,
    /// The content.
    pub plain: &'static [u8],
    /// The content in brotli, where that is shorter.
    pub brotli: Option<&'static [u8]>,
    /// The content in gzip, where that is shorter.
    pub gzip: Option<&'static [u8]>,
}

/// Every file, sorted by path.
static ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/web_assets.rs"));

/// Addresses of pages, and the files that answer them.
const PAGES: [(&str, &str); 2] = [("/", "index.html"), ("/graphiql", "graphiql.html")];

/// The folder in which every file name holds a hash of its content (`assetsDir` of Vite).
const HASHED_FOLDER: &str = "hashed/";

/// For files whose name changes with their content: a year, the longest that caches honour.
const KEEP_FOR_EVER: &str = "public, max-age=31536000, immutable";

/// For everything else: keep it, and ask each time whether it is still current.
const ASK_EACH_TIME: &str = "no-cache";

/// What a page may load: files of this server only, and no script inside a page. Styles inside a
/// page are allowed because the editor of the explorer sets them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    worker-src 'self' blob:; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// What `/` and `/graphiql` answer when the binary carries no pages.
const PAGES_LEFT_OUT: &str = r#"<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Siteworthy: built without its pages</title>
    <style>body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; font: 1.125rem/1.5 Arial, sans-serif }</style>
  </head>
  <body>
    <h1>Siteworthy was built without its pages</h1>
    <p>The API works: send queries to <code>POST /graphql</code>. To have the pages as well,
    install Node.js 20.19 or newer and build again with:</p>
    <pre>SITEWORTHY_WEB=require cargo build</pre>
  </body>
</html>
"#;

/// The file that answers a request path, such as `/`, `/graphiql` or `/hashed/index-B48bRdc3.js`.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    find_in(ASSETS, path)
}

/// Answers a request for a page or for what a page loads. Meant for every path that no other
/// route takes.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    respond(ASSETS, &request)
}

fn find_in(assets: &'static [Asset], path: &str) -> Option<&'static Asset> {
    let page = PAGES.iter().find(|(address, _)| *address == path).map(|(_, file)| *file);
    let file = page.or_else(|| path.strip_prefix('/'))?;
    let index = assets.binary_search_by(|asset| asset.path.cmp(file)).ok()?;
    Some(&assets[index])
}

fn respond(assets: &'static [Asset], request: &HttpRequest) -> HttpResponse {
    let Some(asset) = find_in(assets, request.path()) else {
        return nothing_here(assets, request.path());
    };
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return HttpResponse::MethodNotAllowed()
            .insert_header((header::ALLOW, "GET, HEAD"))
            .finish();
    }
    let (coding, content) = asset.in_best_coding(&accepted_codings(request.headers()));
    let tag = asset.tag(coding);
    let is_known = is_known(request, &tag);
    let status = if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, asset.cache_control()))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if asset.is_page() {
        harden(&mut response);
    }
    if is_known {
        return response.finish();
    }
    if let Some(word) = coding.word() {
        response.insert_header((header::CONTENT_ENCODING, word));
    }
    response.content_type(asset.media_type).body(content)
}

/// The answer where the table has no such file.
fn nothing_here(assets: &[Asset], path: &str) -> HttpResponse {
    if assets.is_empty() && PAGES.iter().any(|(address, _)| *address == path) {
        let mut response = HttpResponse::ServiceUnavailable();
        harden(&mut response);
        return response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .content_type("text/html; charset=utf-8")
            .body(PAGES_LEFT_OUT);
    }
    HttpResponse::NotFound()
        .content_type("text/plain; charset=utf-8")
        .body("There is nothing at this address. The front page is /.\n")
}

/// Adds the headers that every page wants.
fn harden(response: &mut actix_web::HttpResponseBuilder) {
    response
        .insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"));
}

/// Whether the browser says that it has this very content already.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|other| other.weak_eq(tag)),
        Err(_) => false,
    }
}

/// All `accept-encoding` fields of a request as one list.
fn accepted_codings(headers: &HeaderMap) -> String {
    let fields = headers.get_all(header::ACCEPT_ENCODING).filter_map(|field| field.to_str().ok());
    fields.collect::<Vec<_>>().join(",")
}

/// How a content is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Plain,
    Gzip,
    Brotli,
}

impl Coding {
    /// Value of `content-encoding`.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }

    /// How much a browser wants this coding, from 0 (not at all) to 1, by its `accept-encoding`.
    /// What is not listed is not wanted.
    fn wanted(self, accepted: &str) -> f32 {
        let name = self.word().unwrap_or("identity");
        let entries = || {
            accepted.split(',').map(|entry| {
                let (name, parameter) = entry.split_once(';').unwrap_or((entry, "q=1"));
                let quality = parameter.trim().strip_prefix("q=").and_then(|q| q.parse().ok());
                (name.trim(), quality.unwrap_or(0.0))
            })
        };
        let find = |wanted: &str| {
            entries()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, quality)| quality)
        };
        find(name).or_else(|| find("*")).unwrap_or(0.0)
    }
}

impl Asset {
    /// The content in the coding that the browser wants most, the shorter one where it does not
    /// mind. A browser that wants none gets the content as it is: better than no page.
    fn in_best_coding(&self, accepted: &str) -> (Coding, &'static [u8]) {
        let copies = [
            (Coding::Plain, Some(self.plain)),
            (Coding::Gzip, self.gzip),
            (Coding::Brotli, self.brotli),
        ];
        copies
            .into_iter()
            .filter_map(|(coding, content)| content.map(|content| (coding, content)))
            .map(|(coding, content)| (coding, content, coding.wanted(accepted)))
            .filter(|(_, _, wanted)| *wanted > 0.0)
            // The last of equals is taken: brotli before gzip before plain.
            .max_by(|(_, _, one), (_, _, other)| one.total_cmp(other))
            .map_or((Coding::Plain, self.plain), |(coding, content, _)| (coding, content))
    }

    /// The entity tag of the content in one coding; each coding has its own.
    fn tag(&self, coding: Coding) -> EntityTag {
        let ending = coding.word().map(|word| format!("-{word}")).unwrap_or_default();
        EntityTag::new_strong(format!("{}{ending}", self.hash))
    }

    fn cache_control(&self) -> &'static str {
        if self.path.starts_with(HASHED_FOLDER) { KEEP_FOR_EVER } else { ASK_EACH_TIME }
    }

    fn is_page(&self) -> bool {
        self.media_type.starts_with("text/html")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::MessageBody;
    use actix_web::test::TestRequest;

    static FIXTURE: &[Asset] = &[
        Asset {
            path: "graphiql.html",
            media_type: "text/html; charset=utf-8",
            hash: "a1",
            plain: b"explorer",
            brotli: None,
            gzip: None,
        },
        Asset {
            path: "hashed/index-B48bRdc3.js",
            media_type: "text/javascript; charset=utf-8",
            hash: "b2",
            plain: b"plain script",
            brotli: Some(b"br"),
            gzip: Some(b"gzip"),
        },
        Asset {
            path: "index.html",
            media_type: "text/html; charset=utf-8",
            hash: "c3",
            plain: b"front page",
            brotli: Some(b"br page"),
            gzip: Some(b"gzip page"),
        },
    ];
    const SCRIPT: &str = "/hashed/index-B48bRdc3.js";

    fn get(path: &str) -> TestRequest {
        TestRequest::get().uri(path)
    }

    fn answer(request: TestRequest) -> HttpResponse {
        respond(FIXTURE, &request.to_http_request())
    }

    fn field(response: &HttpResponse, name: header::HeaderName) -> &str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    fn text(response: HttpResponse) -> String {
        let bytes = response.into_body().try_into_bytes().unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[test]
    fn the_coding_that_the_browser_wants_most_is_sent_and_the_shorter_one_on_a_tie() {
        let check = |accepted: &str, expected: Coding| {
            assert_eq!(FIXTURE[1].in_best_coding(accepted).0, expected, "{accepted:?}");
        };
        check("gzip, deflate, br, zstd", Coding::Brotli);
        check("gzip, deflate", Coding::Gzip);
        check("br;q=0.5, gzip;q=0.9", Coding::Gzip);
        check("br;q=0, gzip", Coding::Gzip);
        check("BR", Coding::Brotli);
        check("*", Coding::Brotli);
        check("br;q=0, *;q=0.1", Coding::Gzip);
        check("gzip;q=0.5, identity", Coding::Plain);
        check("gzip ; q=0.5 , deflate", Coding::Gzip);
        check("br;q=much", Coding::Plain);
        check("", Coding::Plain);
        check("zstd", Coding::Plain);
        check("identity;q=0, *;q=0", Coding::Plain);
    }

    #[test]
    fn a_copy_that_does_not_exist_is_never_chosen() {
        let response =
            answer(get("/graphiql").insert_header((header::ACCEPT_ENCODING, "br, gzip")));
        assert_eq!(field(&response, header::CONTENT_ENCODING), "");
        assert_eq!(text(response), "explorer");
    }

    #[test]
    fn the_content_and_its_heading_agree_on_the_coding() {
        for (accepted, coding, expected) in
            [("br", "br", "br"), ("gzip", "gzip", "gzip"), ("", "", "plain script")]
        {
            let response = answer(get(SCRIPT).insert_header((header::ACCEPT_ENCODING, accepted)));
            assert_eq!(field(&response, header::CONTENT_ENCODING), coding);
            assert_eq!(field(&response, header::VARY), "accept-encoding");
            assert_eq!(field(&response, header::CONTENT_TYPE), "text/javascript; charset=utf-8");
            assert_eq!(text(response), expected);
        }
    }

    #[test]
    fn hashed_files_are_kept_for_ever_and_pages_are_asked_for_each_time() {
        for (path, expected) in
            [("/", "no-cache"), ("/graphiql", "no-cache"), (SCRIPT, KEEP_FOR_EVER)]
        {
            assert_eq!(field(&answer(get(path)), header::CACHE_CONTROL), expected, "{path}");
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let check = |path: &str, known: &str, expected: StatusCode| {
            let request = get(path)
                .insert_header((header::ACCEPT_ENCODING, "br"))
                .insert_header((header::IF_NONE_MATCH, known));
            let response = answer(request);
            assert_eq!(response.status(), expected, "{path} with {known}");
            assert_eq!(text(response).is_empty(), expected == StatusCode::NOT_MODIFIED);
        };
        check("/", "\"c3-br\"", StatusCode::NOT_MODIFIED);
        check("/", "W/\"c3-br\"", StatusCode::NOT_MODIFIED);
        check("/", "\"other\", \"c3-br\"", StatusCode::NOT_MODIFIED);
        check("/", "*", StatusCode::NOT_MODIFIED);
        check("/", "\"c3-gzip\"", StatusCode::OK);
        check("/", "\"older\"", StatusCode::OK);
        check("/graphiql", "\"a1\"", StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn an_unchanged_page_still_carries_its_tag_and_its_rules() {
        let response = answer(get("/").insert_header((header::IF_NONE_MATCH, "\"c3\"")));
        assert_eq!(field(&response, header::ETAG), "\"c3\"");
        assert_eq!(field(&response, header::CACHE_CONTROL), "no-cache");
        assert_eq!(field(&response, header::CONTENT_SECURITY_POLICY), CONTENT_SECURITY_POLICY);
    }

    #[test]
    fn pages_and_only_pages_carry_the_policy() {
        let page = answer(get("/"));
        assert_eq!(field(&page, header::CONTENT_SECURITY_POLICY), CONTENT_SECURITY_POLICY);
        assert_eq!(field(&page, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(field(&page, header::REFERRER_POLICY), "same-origin");
        assert_eq!(field(&answer(get(SCRIPT)), header::CONTENT_SECURITY_POLICY), "");
    }

    #[test]
    fn pages_are_read_and_never_written() {
        assert_eq!(
            answer(TestRequest::with_uri("/").method(Method::HEAD)).status(),
            StatusCode::OK
        );
        let refused = answer(TestRequest::post().uri("/"));
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(field(&refused, header::ALLOW), "GET, HEAD");
    }

    #[test]
    fn an_unknown_path_is_not_found() {
        for path in ["/nothing", "/hashed/", "/../index.html", "//index.html"] {
            assert_eq!(answer(get(path)).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_binary_without_pages_says_how_to_get_them() {
        for path in ["/", "/graphiql"] {
            let response = respond(&[], &get(path).to_http_request());
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(text(response).contains("SITEWORTHY_WEB=require"));
        }
        let response = respond(&[], &get(SCRIPT).to_http_request());
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn every_path_of_this_binary_is_found_and_scripts_and_styles_have_hashed_names() {
        for asset in ASSETS {
            assert_eq!(find(&format!("/{}", asset.path)).map(|found| found.path), Some(asset.path));
            if asset.path.ends_with(".js") || asset.path.ends_with(".css") {
                assert!(asset.path.starts_with(HASHED_FOLDER), "{}", asset.path);
            }
        }
    }
}
