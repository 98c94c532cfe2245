//! Addresses that name several servers, of which one is enough.

use std::net::SocketAddr;

use super::{Address, Scheme, parse};
use crate::error::{Error, ErrorKind, Result};

impl Address {
    /// Creates an address of several servers, as `host:port,host:port` does. When one of them cannot be
    /// reached, another is used.
    ///
    /// ```
    /// use thriftly::Address;
    /// # fn main() -> thriftly::Result<()> {
    /// let address = Address::any_of(["store-1:6000", "store-2:6000"])?;
    /// assert_eq!(address, Address::try_from("store-1:6000,store-2:6000")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Address`] if there are none, if one cannot be parsed, or if there are several and
    /// one is not of the scheme `tcp`.
    pub fn any_of<A>(addresses: impl IntoIterator<Item = A>) -> Result<Address>
    where
        A: TryInto<Address>,
        A::Error: Into<Error>,
    {
        let mut addresses = addresses.into_iter();
        let Some(first) = addresses.next() else {
            return Err(Error::new(ErrorKind::Address, "the list of addresses is empty"));
        };
        let mut all = first.try_into().map_err(Into::into)?;
        for one in addresses {
            let one = one.try_into().map_err(Into::into)?;
            let text = one.to_string();
            all.add(one).map_err(|why| {
                Error::new(ErrorKind::Address, format!("the address `{text}` {why}"))
            })?;
        }
        Ok(all)
    }

    /// Adds the servers of another address.
    fn add(&mut self, other: Address) -> std::result::Result<(), String> {
        if let Some(scheme) =
            [self.scheme, other.scheme].into_iter().find(|&one| one != Scheme::Tcp)
        {
            return Err(format!("cannot be in a list: the scheme `{scheme}` has no lists"));
        }
        self.others.push((other.host, other.port));
        self.others.extend(other.others);
        Ok(())
    }

    /// The hosts and ports of the other servers, if it names several.
    pub fn others(&self) -> impl Iterator<Item = (&str, u16)> {
        self.others.iter().map(|(host, port)| (host.as_str(), *port))
    }

    /// Each server by itself.
    pub(crate) fn each(&self) -> impl Iterator<Item = Address> + use<'_> {
        let first = Address { others: Vec::new(), ..self.clone() };
        let others = self.others.iter().cloned().map(|(host, port)| Address::tcp(host, port));
        std::iter::once(first).chain(others)
    }

    /// An error if it names several servers.
    pub(crate) fn single(&self) -> Result<()> {
        match self.others.len() {
            0 => Ok(()),
            others => {
                let message = format!(
                    "cannot listen on {self}: these are {} addresses, and a server has one",
                    others + 1
                );
                Err(Error::new(ErrorKind::Address, message))
            }
        }
    }
}

/// The addresses found for each of several names: all of them, or an error if there are none.
pub(super) fn all_found(
    found: impl IntoIterator<Item = Result<Vec<SocketAddr>>>,
) -> Result<Vec<SocketAddr>> {
    let (mut all, mut failure) = (Vec::new(), None);
    for one in found {
        match one {
            Ok(found) => all.extend(found),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(error) if all.is_empty() => Err(error),
        _ => Ok(all),
    }
}

/// Parses a list of TCP addresses. The error continues the sentence that begins with the text.
pub(super) fn parse_list(list: &str) -> std::result::Result<Address, String> {
    let mut all: Option<Address> = None;
    for text in list.split(',') {
        let one = match text {
            "" => return Err("has an empty entry in its list".into()),
            text => parse(text).map_err(|why| format!("lists `{text}`, which {why}"))?,
        };
        match &mut all {
            None => all = Some(one),
            Some(all) => all.add(one).map_err(|why| format!("lists `{text}`, which {why}"))?,
        }
    }
    all.ok_or_else(|| "is empty".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_written_as_they_are_read() -> Result<()> {
        let text = "a:1,127.0.0.1:2,[::1]:3";
        let address = Address::try_from(text)?;
        assert_eq!(address.to_string(), text);
        assert_eq!((address.host(), address.port()), ("a", 1));
        assert_eq!(address.others().collect::<Vec<_>>(), [("127.0.0.1", 2), ("::1", 3)]);
        assert_eq!(address, Address::try_from("tcp://a:1,127.0.0.1:2,tcp://[::1]:3")?);
        let one = Address::any_of([SocketAddr::from(([127, 0, 0, 1], 2))])?;
        assert_eq!(Address::any_of([Address::from(("a", 1)), one, "[::1]:3".parse()?])?, address);
        let each: Vec<_> = address.each().map(|one| one.to_string()).collect();
        assert_eq!(each, ["a:1", "127.0.0.1:2", "[::1]:3"]);
        assert_eq!(
            Address::try_from("127.0.0.1:1,127.0.0.1:2")?.resolve()?,
            [1, 2].map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        );
        Ok(())
    }

    #[test]
    #[cfg_attr(miri, ignore = "it asks the machine")]
    fn one_name_that_is_not_found_is_no_error() -> Result<()> {
        let found = Address::any_of([("no such host", 1), ("127.0.0.1", 2)])?.resolve()?;
        assert_eq!(found, [SocketAddr::from(([127, 0, 0, 1], 2))]);
        Address::any_of([("no such host", 1), ("nor this", 2)])?.resolve().expect_err("none");
        Ok(())
    }

    #[test]
    fn what_is_wrong_with_a_list_is_said() {
        for (text, why) in [
            ("a:1,", "the address `a:1,` has an empty entry in its list"),
            ("a:1,b", "the address `a:1,b` lists `b`, which has no port: write it as `b:6000`"),
            (
                "a:1,b:x",
                "the address `a:1,b:x` lists `b:x`, which has the port `x`, which is not a number from 0 to 65535",
            ),
        ] {
            let error = Address::try_from(text).expect_err(text);
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Address, why));
        }
        let error = Address::any_of([] as [&str; 0]).expect_err("there are none");
        assert_eq!(error.to_string(), "the list of addresses is empty");
        let error = Address::try_from("a:1,b:2").and_then(|list| list.single());
        assert_eq!(
            error.expect_err("two").to_string(),
            "cannot listen on a:1,b:2: these are 2 addresses, and a server has one"
        );
    }

    #[test]
    #[cfg(unix)]
    fn only_tcp_addresses_are_listed() -> Result<()> {
        // A comma is as good as any other character in a path.
        let path = Address::try_from("unix:/run/a,b")?;
        assert_eq!((path.scheme(), path.others().count()), (Scheme::Unix, 0));
        let error = Address::try_from("a:1,unix:/run/b").expect_err("a unix socket");
        let why = "the address `a:1,unix:/run/b` lists `unix:/run/b`, which cannot be in a list: \
                   the scheme `unix` has no lists";
        assert_eq!(error.to_string(), why);
        Ok(())
    }
}
