#include "crypto/keystore.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "crypto/error_codes.h"
#include "tests/support/temporary_folder.h"

namespace crypto {
namespace {

using support::TemporaryFolder;

constexpr ByteView kPassphrase = "correct horse battery";

PrivateKey test_key() { return PrivateKey::from_seed(Secret(Bytes(32, '\x42'))); }

AskPassphrase give(ByteView passphrase) {
  return [passphrase]() -> Result<Secret> { return Secret(passphrase); };
}

Result<Secret> must_not_ask() {
  ADD_FAILURE() << "asked for a passphrase that is not needed";
  return Secret(ByteView("none"));
}

// Runs the stock openssl; its output goes to files in the folder.
int run_openssl(const TemporaryFolder& folder, const std::string& arguments) {
  const std::string command =
      "cd '" + folder.path().string() + "' && umask 077 && openssl " + arguments + " 2>openssl.log";
  return std::system(command.c_str());
}

void set_mode(const std::filesystem::path& path, unsigned mode) {
  ASSERT_EQ(::chmod(path.c_str(), mode), 0);
}

std::string code_of(const Result<PrivateKey>& result) {
  return result ? "no error" : result.error().code;
}

// One keystore for all tests that only read: scrypt takes its time.
class Keystore : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(write_keystore(path(), test_key(), Secret(kPassphrase))); }
  std::filesystem::path path() const { return folder_ / "vote.pem"; }

  TemporaryFolder folder_;
};

TEST_F(Keystore, GivesTheKeyBack) {
  const Result<PrivateKey> key = read_keystore(path(), give(kPassphrase));

  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->public_key(), test_key().public_key());
  EXPECT_EQ(key->sign("m"), test_key().sign("m"));
}

TEST_F(Keystore, IsPrivateAndHasItsPublicKeyBeside) {
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  ASSERT_EQ(::stat((folder_ / "vote.pub").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0644u);

  const Result<PublicKey> key = read_public_key(folder_ / "vote.pub");
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, test_key().public_key());
}

TEST_F(Keystore, LeavesNoOtherFile) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    ++count;
  }
  EXPECT_EQ(count, 2u);
}

TEST_F(Keystore, IsReadByTheStockOpenssl) {
  ASSERT_EQ(
      run_openssl(folder_,
                  "pkey -in vote.pem -passin 'pass:correct horse battery' -pubout -out o.pub"),
      0);
  EXPECT_EQ(folder_.read("o.pub"), folder_.read("vote.pub"));
  EXPECT_NE(run_openssl(folder_, "pkey -in vote.pem -passin 'pass:wrong' -pubout -out p.pub"), 0);

  ASSERT_EQ(run_openssl(folder_, "asn1parse -in vote.pem >parsed.txt"), 0);
  const std::string parsed = folder_.read("parsed.txt");
  EXPECT_NE(parsed.find("PBES2"), std::string::npos);
  EXPECT_NE(parsed.find("scrypt"), std::string::npos);
  EXPECT_NE(parsed.find("INTEGER           :4000"), std::string::npos);
  EXPECT_NE(parsed.find("aes-256-cbc"), std::string::npos);
}

TEST_F(Keystore, RefusesTheWrongPassphrase) {
  EXPECT_EQ(code_of(read_keystore(path(), give("wrong passphrase"))), error_code::kKeyPassphrase);
  EXPECT_EQ(code_of(read_keystore(path(), give(""))), error_code::kKeyPassphrase);
}

// One wrong passphrase in about 256 leaves good padding around no key.
TEST(KeystoreWithCheapKdf, RefusesThreeThousandWrongPassphrases) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_unencrypted_keystore(folder / "x.pem", test_key()));
  ASSERT_EQ(run_openssl(folder,
                        "pkcs8 -topk8 -v2 aes-256-cbc -iter 1 -in x.pem -out y.pem"
                        " -passout 'pass:correct horse battery'"),
            0);
  std::filesystem::rename(folder / "y.pem", folder / "x.pem");

  EXPECT_TRUE(read_keystore(folder / "x.pem", give(kPassphrase)));
  for (int n = 0; n < 3000; ++n) {
    const std::string wrong = "wrong " + std::to_string(n);
    ASSERT_EQ(code_of(read_keystore(folder / "x.pem", give(wrong))), error_code::kKeyPassphrase)
        << n;
  }
}

TEST_F(Keystore, HandsOnWhyThereIsNoPassphrase) {
  const AskPassphrase ask = []() -> Result<Secret> {
    return Unexpected{Error{"E-PASSPHRASE-SOURCE", "No terminal.", "Use a file."}};
  };
  EXPECT_EQ(code_of(read_keystore(path(), ask)), error_code::kPassphraseSource);
}

TEST_F(Keystore, IsNeverOverwritten) {
  const std::string before = folder_.read("vote.pem");

  const Result<void> again = write_unencrypted_keystore(path(), PrivateKey::generate());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, error_code::kKeyExists);

  std::filesystem::remove(path());
  EXPECT_FALSE(write_unencrypted_keystore(path(), PrivateKey::generate()));  // vote.pub is there
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_NE(before, "");
}

TEST_F(Keystore, RefusesFilesThatOthersCanUse) {
  for (const unsigned mode : {0640u, 0604u, 0620u, 0700u, 04600u}) {
    set_mode(path(), mode);
    const Result<PrivateKey> key = read_keystore(path(), must_not_ask);
    EXPECT_EQ(code_of(key), error_code::kKeyPermissions) << std::oct << mode;
    EXPECT_NE(key.error().hint.find("chmod 600"), std::string::npos);
  }
  set_mode(path(), 0400);
  EXPECT_TRUE(read_keystore(path(), give(kPassphrase)));
}

TEST_F(Keystore, RefusesFoldersThatOthersCanChange) {
  for (const unsigned mode : {0770u, 0707u}) {
    set_mode(folder_.path(), mode);
    const Result<PrivateKey> key = read_keystore(path(), must_not_ask);
    EXPECT_EQ(code_of(key), error_code::kKeyPermissions) << std::oct << mode;
    EXPECT_NE(key.error().hint.find("chmod 700"), std::string::npos);
  }
  set_mode(folder_.path(), 0755);
  EXPECT_TRUE(read_keystore(path(), give(kPassphrase)));
}

TEST_F(Keystore, RefusesLinksAndWhatIsNotAFile) {
  std::filesystem::create_symlink(path(), folder_ / "link.pem");
  EXPECT_EQ(code_of(read_keystore(folder_ / "link.pem", must_not_ask)),
            error_code::kKeyPermissions);

  ASSERT_EQ(::mkfifo((folder_ / "pipe.pem").c_str(), 0600), 0);
  EXPECT_EQ(code_of(read_keystore(folder_ / "pipe.pem", must_not_ask)), error_code::kKeyFile);
}

TEST_F(Keystore, TellsAMissingFileFromAStrangeOne) {
  EXPECT_EQ(code_of(read_keystore(folder_ / "other.pem", must_not_ask)), error_code::kKeyMissing);

  folder_.write("vote.pem", "not a key\n");
  EXPECT_EQ(code_of(read_keystore(path(), must_not_ask)), error_code::kKeyFormat);

  folder_.write("vote.pem", std::string(17 * 1024, 'x'));
  EXPECT_EQ(code_of(read_keystore(path(), must_not_ask)), error_code::kKeyFile);
}

TEST_F(Keystore, TellsACutFileFromAWrongPassphrase) {
  const std::string pem = folder_.read("vote.pem");
  folder_.write("vote.pem", pem.substr(0, pem.size() / 2));
  EXPECT_EQ(code_of(read_keystore(path(), must_not_ask)), error_code::kKeyFormat);
}

TEST_F(Keystore, RefusesAKeyThatIsNotTheOneBeside) {
  std::filesystem::remove(folder_ / "vote.pub");
  EXPECT_EQ(code_of(read_keystore(path(), must_not_ask)), error_code::kKeyMissing);

  folder_.write("vote.pub", to_pem(PrivateKey::generate().public_key()));
  EXPECT_EQ(code_of(read_keystore(path(), give(kPassphrase))), error_code::kKeyMismatch);

  folder_.write("vote.pub", "not a key");
  EXPECT_EQ(code_of(read_keystore(path(), must_not_ask)), error_code::kKeyFormat);
}

TEST(NewKeystore, NeedsALongPassphrase) {
  const TemporaryFolder folder;
  const PrivateKey key = PrivateKey::generate();

  const Result<void> refused =
      write_keystore(folder / "a.pem", key, Secret(ByteView("elevenchars")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, error_code::kPassphraseShort);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.pem"));

  ASSERT_TRUE(
      write_keystore(folder / "a.pem", key, Secret(ByteView("short")), ShortPassphrase::allowed));
  EXPECT_TRUE(read_keystore(folder / "a.pem", give("short")));
}

TEST(NewKeystore, NeedsAFolder) {
  const TemporaryFolder folder;
  const Result<void> written =
      write_unencrypted_keystore(folder / "none/a.pem", PrivateKey::generate());
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, error_code::kKeyFile);
}

TEST(UnencryptedKeystore, IsReadOnlyWhenAllowed) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_unencrypted_keystore(folder / "a.pem", test_key()));

  EXPECT_EQ(code_of(read_keystore(folder / "a.pem", must_not_ask)), error_code::kKeyUnencrypted);
  const Result<PrivateKey> key =
      read_keystore(folder / "a.pem", must_not_ask, Unencrypted::allowed);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), test_key().public_key());
  EXPECT_EQ(run_openssl(folder, "pkey -in a.pem -pubout -out o.pub"), 0);
  EXPECT_EQ(folder.read("o.pub"), folder.read("a.pub"));
}

TEST(ForeignKeystore, IsReadWhenItIsPkcs8AndEd25519) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_openssl(folder, "genpkey -algorithm ed25519 -out plain.pem"), 0);
  ASSERT_EQ(run_openssl(folder, "pkey -in plain.pem -pubout -out s.pub"), 0);
  ASSERT_EQ(run_openssl(folder,
                        "pkcs8 -topk8 -scrypt -in plain.pem -out s.pem"
                        " -passout 'pass:correct horse battery'"),
            0);
  const Result<PrivateKey> scrypt = read_keystore(folder / "s.pem", give(kPassphrase));
  ASSERT_TRUE(scrypt) << scrypt.error().message;

  std::filesystem::remove(folder / "s.pem");
  ASSERT_EQ(run_openssl(folder,
                        "pkey -aes-256-cbc -in plain.pem -out s.pem"
                        " -passout 'pass:correct horse battery'"),
            0);
  const Result<PrivateKey> pbkdf2 = read_keystore(folder / "s.pem", give(kPassphrase));
  ASSERT_TRUE(pbkdf2) << pbkdf2.error().message;
  EXPECT_EQ(pbkdf2->public_key(), scrypt->public_key());
}

TEST(ForeignKeystore, IsRefusedWhenItIsAnotherAlgorithm) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_unencrypted_keystore(folder / "x.pem", test_key()));
  std::filesystem::remove(folder / "x.pem");
  ASSERT_EQ(run_openssl(folder, "genpkey -algorithm x25519 -out x.pem"), 0);
  EXPECT_EQ(code_of(read_keystore(folder / "x.pem", must_not_ask, Unencrypted::allowed)),
            error_code::kKeyFormat);
}

TEST(ForeignKeystore, IsRefusedWhenItsEncryptionIsUnknown) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_unencrypted_keystore(folder / "x.pem", test_key()));
  ASSERT_EQ(run_openssl(folder,
                        "pkcs8 -topk8 -provider legacy -provider default -v1 PBE-SHA1-RC2-40"
                        " -in x.pem -out y.pem -passout 'pass:correct horse battery'"),
            0);
  std::filesystem::rename(folder / "y.pem", folder / "x.pem");
  EXPECT_EQ(code_of(read_keystore(folder / "x.pem", give(kPassphrase))), error_code::kKeyFormat);
}

TEST(PublicKeyPem, IsReadOnlyWhenItIsEd25519) {
  EXPECT_EQ(public_key_from_pem(to_pem(test_key().public_key())), test_key().public_key());
  EXPECT_FALSE(public_key_from_pem(""));
  const TemporaryFolder folder;
  ASSERT_EQ(run_openssl(folder, "genpkey -algorithm x25519 -out x.pem"), 0);
  ASSERT_EQ(run_openssl(folder, "pkey -in x.pem -pubout -out x.pub"), 0);
  EXPECT_FALSE(public_key_from_pem(folder.read("x.pub")));
}

}  // namespace
}  // namespace crypto
