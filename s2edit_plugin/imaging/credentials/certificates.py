"""Who signs: a certificate chain made once on this machine, or the user's own.

The chain has a leaf and a local authority, and names nobody: no person, no machine, no place. The authority's key is thrown
away when it has signed the leaf, so nobody can make a second one. Viewers show an unknown signer, since no list of trusted
authorities has it; what they do verify is that the file was not changed since.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from s2edit_plugin.errors import InputError, ResourceError, Sentence, UsageError
from s2edit_plugin.storage.locks import file_lock
from s2edit_plugin.storage.paths import DataFolder, read_limited, write_atomic
from s2edit_plugin.storage.settings import Settings

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["FOLDER", "USES", "LocalChain", "SigningKey", "signing_key"]

FOLDER = "credentials"
NAME = "S2Edit Studio"
YEARS = 20  # without a time stamp from the network a signature counts as long as its certificate
_MOST_BYTES = 1 << 20
_EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"  # the use that every reader of Content Credentials takes
USES = (_EMAIL_PROTECTION, "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.76.59.1.9", "1.3.6.1.4.1.62558.2.1")
"""What a signer's certificate may be made for: e-mail, documents, Microsoft's and C2PA's own use for claims."""
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_OWN_HINT = "See `s2edit settings certificate` and `s2edit settings certificate_key`."


@dataclass(frozen=True)
class SigningKey:
    """What signs.

    Attributes:
        chain: certificates in PEM, the signer's first. key: private key in PEM (PKCS #8).
        algorithm: as C2PA names it, ``es256``. name: the signer's common name.
        until: when the certificate ends. own: it is the user's, not this machine's.
    """

    chain: bytes
    key: bytes
    algorithm: str
    name: str
    until: datetime.datetime
    own: bool


def signing_key(folder: DataFolder, settings: Settings) -> SigningKey:
    """The user's own key if the settings name one, else this machine's, which is made when it is first needed.

    Raises:
        UsageError, InputError: the user's own cannot be used. ResourceError: this machine's cannot be kept on the disk.
    """
    if settings.certificate or settings.certificate_key:
        return _own(settings)
    return LocalChain(folder).load()


class LocalChain:
    """The chain of this machine: ``credentials/chain.pem`` and ``credentials/key.pem`` (mode 0600) in the data folder."""

    def __init__(self, folder: DataFolder) -> None:
        self.chain = folder.root / FOLDER / "chain.pem"
        self.key = folder.root / FOLDER / "key.pem"
        self._lock = folder.root / FOLDER / "lock"

    def load(self) -> SigningKey:
        """The chain, made anew where there is none, where it is damaged or has run out.

        Raises:
            ResourceError: a disk error.
        """
        found = self._sound()
        if found is not None:
            return found
        with file_lock(self._lock, what="the signing key"):
            found = self._sound()  # another process may have made it
            if found is None:
                chain, key = _new_chain()
                write_atomic(self.key, key, private=True)
                write_atomic(self.chain, chain, private=True)
                found = self._sound()
        if found is None:
            raise ResourceError(
                Sentence("The signing key in {} cannot be read.", self.key.parent), "Delete this folder."
            )
        return found

    def _sound(self) -> SigningKey | None:
        try:
            if os.name == "posix" and self.key.stat().st_mode & 0o077:
                self.key.chmod(0o600)  # a restored backup, for example
            found = _read(read_limited(self.chain, _MOST_BYTES), read_limited(self.key, _MOST_BYTES))
        except (OSError, ValueError, TypeError):
            return None
        return found if found.until > datetime.datetime.now(datetime.UTC) else None


def _own(settings: Settings) -> SigningKey:
    """The user's own certificate and key."""
    if not (settings.certificate and settings.certificate_key):
        missing = "certificate_key" if settings.certificate else "certificate"
        raise UsageError(
            Sentence("An own certificate needs its key: the setting '{}' is empty.", missing), _OWN_HINT
        )
    files = []
    for name in (settings.certificate, settings.certificate_key):
        try:
            files.append(read_limited(Path(name).expanduser(), _MOST_BYTES))
        except OSError as error:
            raise InputError(Sentence("{} cannot be read ({}).", name, error.strerror), _OWN_HINT) from error
    chain, key = files
    try:
        found = _read(chain, key)
    except TypeError as error:
        raise InputError(
            Sentence("The key {} is locked by a password.", settings.certificate_key),
            "Save it without one, mode 0600.",
        ) from error
    except ValueError as error:
        reason = str(error) if error.args and str(error).startswith("the ") else "they are no PEM files"
        raise InputError(
            Sentence("The certificate {} and its key cannot be used: {}.", settings.certificate, reason),
            _OWN_HINT,
        ) from error
    if found.until <= datetime.datetime.now(datetime.UTC):
        raise InputError(
            Sentence("The certificate {} ended on {}.", settings.certificate, found.until.date()),
            "Use a newer one.",
        )
    return SigningKey(found.chain, found.key, found.algorithm, found.name, found.until, own=True)


def _read(chain: bytes, key: bytes) -> SigningKey:
    """A chain and its key, looked at.

    Raises:
        ValueError: one is damaged, they do not belong together, or the key is of no kind that signs.
        TypeError: the key has a password.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    certificates = x509.load_pem_x509_certificates(chain)
    private = serialization.load_pem_private_key(key, password=None)
    leaf = certificates[0]
    public = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if leaf.public_key().public_bytes(*public) != private.public_key().public_bytes(*public):
        raise ValueError("the first certificate is not that of the key")
    if leaf.issuer == leaf.subject:
        raise ValueError("the certificate is signed by itself, which Content Credentials do not allow")
    if not _is_made_for_signing(leaf):
        raise ValueError("the certificate is not made for signing documents, mail or Content Credentials")
    # What a root says is not part of a chain that is sent, but every reader takes it.
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SigningKey(
        chain, encoded, _algorithm(private), _common_name(leaf), leaf.not_valid_after_utc, own=False
    )


def _is_made_for_signing(leaf: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return any(use.dotted_string in USES for use in uses)


def _algorithm(key: PrivateKeyTypes) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    raise ValueError("the key is of a kind that does not sign Content Credentials")


def _common_name(certificate: x509.Certificate) -> str:
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = certificate.subject.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return certificate.subject.rfc4514_string()


def _new_chain() -> tuple[bytes, bytes]:
    """A leaf with its authority, and the leaf's key, in PEM."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pem = serialization.Encoding.PEM
    root = _certificate(authority, authority, ca=True).public_bytes(pem)
    leaf = _certificate(key, authority, ca=False).public_bytes(pem)
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf + root, private


def _certificate(
    key: ec.EllipticCurvePrivateKey, authority: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    """One certificate as C2PA wants it (specification 2.x, X.509 certificates)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID, ObjectIdentifier

    def named(what: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{NAME} {what}"),
            ]
        )

    # A day's margin: clocks differ. The time of day would tell when the program was first used.
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begin, end = today - datetime.timedelta(days=1), today + datetime.timedelta(days=365 * YEARS)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("local authority" if ca else "on one machine"))
        .issuer_name(named("local authority"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca, 0 if ca else None), critical=True)
        .add_extension(_usage(signs_certificates=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False
        )
    )
    if not ca:
        use = x509.ExtendedKeyUsage([ObjectIdentifier(_EMAIL_PROTECTION)])
        builder = builder.add_extension(use, critical=False)
    return builder.sign(authority, hashes.SHA256())


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
