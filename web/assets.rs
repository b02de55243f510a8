//! The pages of the console as they are served: each file plain and compressed, with what a cache needs to know.
//!
//! `build.rs` makes them of the sources beside this file. Whoever serves them looks a path up with [`find`]; a path that
//! is none of theirs and wants a page is answered with [`index`], because the console finds its way by the address.

/// A file of the console.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path under the root, without a slash before it: `assets/index-ZY.js`.
    pub path: &'static str,
    /// For `Content-Type`.
    pub media_type: &'static str,
    /// A strong entity tag, in its quotes. Each encoding of a file is another entity: its tag has the encoding's name
    /// before the closing quote, `"1f…-br"`; see [`Asset::etag_of`].
    pub etag: &'static str,
    /// Its name changes with its content, so it can be kept for ever.
    pub immutable: bool,
    /// As it is.
    pub plain: &'static [u8],
    /// The same under brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// The same under gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// How a file is encoded on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `br`.
    Brotli,
    /// `gzip`.
    Gzip,
    /// Not at all.
    Plain,
}

impl Encoding {
    /// For `Content-Encoding`; plain has none.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Brotli => Some("br"),
            Encoding::Gzip => Some("gzip"),
            Encoding::Plain => None,
        }
    }
}

impl Asset {
    /// What to send to one who takes these encodings (`Accept-Encoding`): the smallest there is.
    pub fn body(&self, accepted: &str) -> (Encoding, &'static [u8]) {
        match (self.brotli, self.gzip) {
            (Some(brotli), _) if takes(accepted, "br") => (Encoding::Brotli, brotli),
            (_, Some(gzip)) if takes(accepted, "gzip") => (Encoding::Gzip, gzip),
            _ => (Encoding::Plain, self.plain),
        }
    }

    /// The entity tag of the file under an encoding.
    pub fn etag_of(&self, encoding: Encoding) -> String {
        match encoding.name() {
            Some(name) => format!("{}-{name}\"", self.etag.trim_end_matches('"')),
            None => self.etag.to_owned(),
        }
    }

    /// For `Cache-Control`: a name with its content in it is never asked for again, any other each time.
    pub fn cache_control(&self) -> &'static str {
        if self.immutable { "public, max-age=31536000, immutable" } else { "no-cache" }
    }
}

/// The page of a shop that carries the chat: what the demo serves from another origin than the console's.
pub mod shop {
    /// The page; `{{SERVER}}` and `{{WIDGET}}` stand for the server's origin and the widget's id.
    pub const PAGE: &str = include_str!("shop/index.html");
    /// `shop.css`.
    pub const STYLE: &str = include_str!("shop/shop.css");
    /// `shop.js`.
    pub const SCRIPT: &str = include_str!("shop/shop.js");
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The file of this path, without a slash before it.
pub fn find(path: &str) -> Option<&'static Asset> {
    let place = ASSETS.binary_search_by(|asset| asset.path.cmp(path)).ok()?;
    ASSETS.get(place)
}

/// The page itself.
pub fn index() -> &'static Asset {
    find("index.html").expect("build.rs embeds nothing without index.html")
}

/// Whether a list of encodings names this one and does not refuse it.
fn takes(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !parts.any(|part| matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Asset = Asset {
        path: "index.html",
        media_type: "text/html; charset=utf-8",
        etag: "\"1f\"",
        immutable: false,
        plain: b"plain",
        brotli: Some(b"br"),
        gzip: Some(b"gz"),
    };

    #[test]
    fn whoever_takes_brotli_gets_it() {
        assert_eq!(PAGE.body("gzip, deflate, br").0, Encoding::Brotli);
        assert_eq!(PAGE.body("gzip;q=0.5").0, Encoding::Gzip);
        assert_eq!(PAGE.body("br;q=0, gzip").0, Encoding::Gzip);
        assert_eq!(PAGE.body("").0, Encoding::Plain);
    }

    #[test]
    fn each_encoding_has_its_own_tag() {
        assert_eq!(PAGE.etag_of(Encoding::Brotli), "\"1f-br\"");
        assert_eq!(PAGE.etag_of(Encoding::Plain), "\"1f\"");
    }

    #[test]
    fn there_is_a_page_and_it_is_asked_for_each_time() {
        assert_eq!(index().media_type, "text/html; charset=utf-8");
        assert_eq!(index().cache_control(), "no-cache");
        assert!(find("no/such/file").is_none());
    }

    #[test]
    fn files_are_found_by_their_paths() {
        assert!(ASSETS.is_sorted_by_key(|asset| asset.path));
        assert!(ASSETS.iter().all(|asset| find(asset.path).is_some_and(|found| found.etag == asset.etag)));
    }

    /// What a first visit must load before it shows something, and what a shop's every visitor loads.
    const FIRST_BYTES_MAX: usize = 120_000;
    const WIDGET_BYTES_MAX: usize = 25_000;

    #[test]
    fn the_console_and_the_widget_stay_small() {
        let page = std::str::from_utf8(index().plain).unwrap();
        let scripts: Vec<&str> = page.split('"').filter(|word| word.ends_with(".js")).collect();
        let Some(widget) = find("widget.js") else {
            assert!(scripts.is_empty(), "pages without a widget");
            return;
        };
        assert!(!scripts.is_empty(), "{page}");
        let first: usize = scripts
            .iter()
            .map(|path| find(path.trim_start_matches('/')).and_then(|script| script.brotli).map_or(0, <[u8]>::len))
            .sum();
        assert!((1_000..=FIRST_BYTES_MAX).contains(&first), "the console begins with {first} bytes");
        let widget = widget.gzip.map_or(0, <[u8]>::len);
        assert!((1_000..=WIDGET_BYTES_MAX).contains(&widget), "the widget has {widget} bytes");
    }
}
