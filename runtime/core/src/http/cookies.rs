//! Cookies of one server.

use http::header::{self, HeaderMap, HeaderValue};

/// Largest number of cookies kept, and largest size of each with its name, in bytes.
const MOST: usize = 50;
const LARGEST: usize = 4096;

/// Names and values that the server has set. All belong to one origin and one path, so attributes do not
/// matter, except one that deletes a cookie.
#[derive(Debug, Default)]
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Takes the cookies of a response.
    pub(crate) fn take(&mut self, headers: &HeaderMap) {
        for value in headers.get_all(header::SET_COOKIE) {
            let Ok(text) = value.to_str() else { continue };
            let mut parts = text.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let (name, value) = (name.trim_end(), value.trim_start());
            if name.is_empty() || name.len() + value.len() > LARGEST {
                continue;
            }
            self.0.retain(|(known, _)| known != name);
            let is_deleted = |part: &str| {
                part.split_once('=').is_some_and(|(name, value)| {
                    let seconds = value.trim().parse::<i64>();
                    name.trim().eq_ignore_ascii_case("max-age") && seconds.is_ok_and(|age| age <= 0)
                })
            };
            if !parts.any(is_deleted) && self.0.len() < MOST {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// The header that sends them back.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let pairs: Vec<_> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() {
            return None;
        }
        let mut header = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        let values =
            cookies.iter().map(|cookie| HeaderValue::from_str(cookie).expect("it is text"));
        values.map(|value| (header::SET_COOKIE, value)).collect()
    }

    #[test]
    fn the_last_value_of_each_name_is_sent_back() {
        let mut cookies = Cookies::default();
        assert_eq!(cookies.header(), None);
        cookies.take(&headers(&[
            "hive.server2.auth=a&b=c; Version=0; Max-Age=86400; Secure; HttpOnly",
            "other=1",
            "nonsense",
            "=nameless",
        ]));
        assert_eq!(cookies.header().expect("some"), "hive.server2.auth=a&b=c; other=1");
        cookies.take(&headers(&["hive.server2.auth=new; Path=/", "other=; Max-Age=0"]));
        assert_eq!(cookies.header().expect("some"), "hive.server2.auth=new");
    }

    #[test]
    fn number_and_size_are_bounded() {
        let mut cookies = Cookies::default();
        cookies.take(&headers(&[&format!("large={}", "a".repeat(LARGEST))]));
        assert_eq!(cookies.header(), None);
        for number in 0..MOST * 2 {
            cookies.take(&headers(&[&format!("c{number}=1")]));
        }
        assert_eq!(cookies.0.len(), MOST);
    }
}
