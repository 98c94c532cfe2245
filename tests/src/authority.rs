//! Certificate authorities that last as long as a test.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType,
};
use time::{Duration, OffsetDateTime};

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate, in PEM.
    pub pem: String,
}

/// A certificate and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The chain.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

/// When a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Now,
    /// Until yesterday.
    Expired,
    /// From tomorrow.
    Future,
}

impl Authority {
    /// Makes one.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names are valid");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// Issues a certificate for names and IP addresses.
    pub fn issue(&self, names: &[&str]) -> Identity {
        self.issue_valid(names, Validity::Now)
    }

    /// As [`issue`](Authority::issue), with dates.
    pub fn issue_valid(&self, names: &[&str], validity: Validity) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let certificate = params(names, validity).signed_by(&key, &self.issuer);
        Identity {
            certificate: certificate.expect("a certificate").pem(),
            key: key.serialize_pem(),
        }
    }

    /// A client certificate with a URI, such as a SPIFFE ID.
    pub fn issue_client(&self, name: &str, uri: &str) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(&[name], Validity::Now);
        params.subject_alt_names.push(SanType::URI(uri.try_into().expect("ASCII")));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Identity { certificate, key: key.serialize_pem() }
    }
}

impl Authority {
    /// A certificate with a serial number.
    pub fn issue_numbered(&self, names: &[&str], number: u64) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let mut params = params(names, Validity::Now);
        params.serial_number = Some(number.into());
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Identity { certificate, key: key.serialize_pem() }
    }

    /// A list of revoked serial numbers, in PEM.
    pub fn revoke(&self, numbers: &[u64]) -> String {
        let now = OffsetDateTime::now_utc();
        let revoked = numbers.iter().map(|&number| RevokedCertParams {
            serial_number: number.into(),
            revocation_time: now - Duration::days(1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: now - Duration::days(1),
            next_update: now + Duration::days(1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).expect("a list").pem().expect("PEM")
    }
}

/// A certificate that has issued itself.
pub fn self_signed(names: &[&str]) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let certificate = params(names, Validity::Now).self_signed(&key).expect("a certificate");
    Identity { certificate: certificate.pem(), key: key.serialize_pem() }
}

fn params(names: &[&str], validity: Validity) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("the names are valid");
    params.distinguished_name.push(DnType::CommonName, "thriftly test");
    let now = OffsetDateTime::now_utc();
    let (from, to) = match validity {
        Validity::Now => (-1, 1),
        Validity::Expired => (-2, -1),
        Validity::Future => (1, 2),
    };
    params.not_before = now + Duration::days(from);
    params.not_after = now + Duration::days(to);
    params
}
