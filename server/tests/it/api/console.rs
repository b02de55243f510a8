//! The pages, as browsers ask the running program for them. What they look like is tried elsewhere.

use super::{Client, House};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_the_page_at_every_address_but_those_of_the_interface() {
    let house = House::new().await;
    let unknown = Client::unknown(&house.server.url);
    let browser = unknown.with("accept", BROWSER);
    let first = browser.get("/").await;
    for path in ["/desk", "/settings/people/us_1", "/v1x", "/index.html"] {
        let page = browser.get(path).await;
        assert_eq!((page.status, &page.body), (200, &first.body), "{path}");
        assert_eq!(page.header("cache-control"), Some("no-cache"), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{path}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(page.header("referrer-policy").is_some(), "{path}");
    }
    let tag = first.header("etag").unwrap();
    assert_eq!(browser.with("if-none-match", tag).get("/desk").await.status, 304);
    assert_eq!(browser.get("/v1/nothing").await.no(404), "not_found");
    assert_eq!(browser.get("/v1/agents").await.no(401), "unauthenticated");
    assert_eq!(browser.get("/healthz").await.status, 200);
    assert_eq!(unknown.get("/desk").await.no(404), "not_found");
    assert_eq!(unknown.get("/assets/gone.js").await.no(404), "not_found");
    assert_eq!(browser.get("/../Cargo.toml").await.body, first.body, "there is nothing but what was embedded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_named_by_the_page_is_kept_for_ever_and_comes_compressed() {
    let house = House::new().await;
    let browser = Client::unknown(&house.server.url).with("accept", BROWSER).with("accept-encoding", "gzip, br");
    let page = Client::unknown(&house.server.url).with("accept", BROWSER).get("/").await;
    let text = page.body.as_str().unwrap();
    // A program that was built without its console has a page that names none.
    let named = text.split('"').filter(|word| word.starts_with("/assets/") && word.ends_with(".js"));
    for path in named {
        let file = browser.ask("HEAD", path, None).await;
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        assert_eq!(file.header("content-encoding"), Some("br"), "{path}");
        assert_eq!(file.header("vary"), Some("Accept-Encoding"), "{path}");
        assert!(file.header("content-type").unwrap().starts_with("text/javascript"), "{path}");
    }
    // Shops keep their address: it is asked for anew.
    let widget = browser.with("accept", "*/*").ask("HEAD", "/widget.js", None).await;
    if widget.status == 200 {
        assert_eq!(widget.header("cache-control"), Some("no-cache"));
        assert!(widget.header("content-type").unwrap().starts_with("text/javascript"));
        assert_eq!(widget.header("cross-origin-resource-policy"), Some("cross-origin"));
    }
}
