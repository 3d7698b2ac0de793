"""Who signs: made once on this machine, for nobody else to read; or the user's own."""

from __future__ import annotations

import datetime
import getpass
import os
import platform
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from s2edit_plugin.errors import InputError, UsageError
from s2edit_plugin.imaging.credentials.certificates import LocalChain, signing_key
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import Settings


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home")


def own(tmp_path: Path, chain: bytes, key: bytes) -> Settings:
    (tmp_path / "own.pem").write_bytes(chain)
    (tmp_path / "own.key").write_bytes(key)
    return Settings(certificate=str(tmp_path / "own.pem"), certificate_key=str(tmp_path / "own.key"))


def test_the_chain_is_made_once(folder: DataFolder) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: LocalChain(folder).load(), range(4)))
    assert len({one.chain for one in made}) == 1
    assert LocalChain(folder).load() == made[0]
    assert not made[0].own


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_only_the_user_reads_the_key_a_restored_one_too(folder: DataFolder) -> None:
    chain = LocalChain(folder)
    chain.load()
    assert stat.S_IMODE(chain.key.stat().st_mode) == 0o600
    assert stat.S_IMODE(chain.key.parent.stat().st_mode) == 0o700
    chain.key.chmod(0o644)
    chain.load()
    assert stat.S_IMODE(chain.key.stat().st_mode) == 0o600


def test_leaf_and_authority_name_nobody_and_the_authoritys_key_is_gone(folder: DataFolder) -> None:
    made = LocalChain(folder).load()
    leaf, root = x509.load_pem_x509_certificates(made.chain)
    leaf.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    names = f"{leaf.subject.rfc4514_string()} {root.subject.rfc4514_string()}".lower()
    for word in (getpass.getuser(), platform.node()):
        assert word.lower() not in names.replace("s2edit studio on one machine", "")
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    assert sorted(path.name for path in LocalChain(folder).key.parent.iterdir()) == [
        "chain.pem",
        "key.pem",
        "lock",
    ]
    public = serialization.load_pem_private_key(made.key, None).public_key()
    assert public == leaf.public_key() != root.public_key()


@pytest.mark.parametrize("damage", ["key", "chain", "both"])
def test_a_damaged_chain_is_made_anew(folder: DataFolder, damage: str) -> None:
    chain = LocalChain(folder)
    first = chain.load()
    for path in (chain.key, chain.chain):
        if damage == "both" or path.stem == damage:
            path.write_bytes(path.read_bytes()[:80])
    assert chain.load().chain != first.chain


def test_one_that_has_run_out_is_made_anew(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = LocalChain(folder)
    monkeypatch.setattr("s2edit_plugin.imaging.credentials.certificates.YEARS", 0)
    chain_file = chain.load
    with pytest.raises(Exception, match="cannot be read"):
        chain_file()  # it ends today, and is none to sign with
    monkeypatch.undo()
    assert chain.load().until > datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=365)


def test_the_users_own_goes_before(folder: DataFolder, tmp_path: Path) -> None:
    made = LocalChain(DataFolder(tmp_path / "other")).load()
    found = signing_key(folder, own(tmp_path, made.chain, made.key))
    assert found.own
    assert (found.chain, found.algorithm) == (made.chain, "es256")
    assert not (folder.root / "credentials").exists()


def test_an_own_certificate_that_cannot_be_used_is_refused_by_name(
    folder: DataFolder, tmp_path: Path
) -> None:
    made, other = (LocalChain(DataFolder(tmp_path / name)).load() for name in "ab")
    with pytest.raises(UsageError, match="needs its key"):
        signing_key(folder, Settings(certificate="x.pem"))
    with pytest.raises(InputError, match=r"nowhere\.pem cannot be read"):
        signing_key(folder, Settings(certificate="nowhere.pem", certificate_key="x"))
    with pytest.raises(InputError, match="is not that of the key"):
        signing_key(folder, own(tmp_path, made.chain, other.key))
    with pytest.raises(InputError, match="no PEM files"):
        signing_key(folder, own(tmp_path, b"\0" * 99, made.key))
    root = b"".join(made.chain.partition(b"-----END CERTIFICATE-----\n")[2:])
    with pytest.raises(InputError):  # the authority's, whose key nobody has
        signing_key(folder, own(tmp_path, root, made.key))
    leaf, _ = x509.load_pem_x509_certificates(made.chain)
    server = x509.load_pem_x509_certificate(for_a_server(made.key))
    assert server.public_key() == leaf.public_key()
    with pytest.raises(InputError, match="not made for signing documents"):
        signing_key(folder, own(tmp_path, server.public_bytes(serialization.Encoding.PEM), made.key))
    key = serialization.load_pem_private_key(made.key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(InputError, match="locked by a password"):
        signing_key(folder, own(tmp_path, made.chain, locked))


def for_a_server(key: bytes) -> bytes:
    """A certificate of the key for a web server, by an authority."""
    private, authority = (
        serialization.load_pem_private_key(key, None),
        ec.generate_private_key(ec.SECP256R1()),
    )
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in ("server", "authority")
    ]
    now = datetime.datetime.now(datetime.UTC)
    public = private.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    builder = x509.CertificateBuilder(names[1], names[0], public, 1, now, now + datetime.timedelta(days=9))
    use = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
    made = builder.add_extension(use, critical=False).sign(authority, SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def test_every_kind_of_key_that_signs_is_known() -> None:
    from s2edit_plugin.imaging.credentials.certificates import _algorithm

    kinds = {ec.SECP256R1(): "es256", ec.SECP384R1(): "es384", ec.SECP521R1(): "es512"}
    for curve, name in kinds.items():
        assert _algorithm(ec.generate_private_key(curve)) == name
    assert _algorithm(ed25519.Ed25519PrivateKey.generate()) == "ed25519"
    assert _algorithm(rsa.generate_private_key(65537, 2048)) == "ps256"
    with pytest.raises(ValueError, match="does not sign"):
        _algorithm(ec.generate_private_key(ec.SECP256K1()))
