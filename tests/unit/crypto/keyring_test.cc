#include "infra/crypto/keyring.h"

#include "tests/support/temp_dir.h"
#include "tests/unit/crypto/support.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace ledgate::infra {
namespace {

using ::testing::HasSubstr;

class KeyringFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.file("master.key"); }

  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << text;
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
  }
  [[nodiscard]] std::string read() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The one line that load() fails with.
  [[nodiscard]] std::string problem() const {
    const auto loaded = Keyring::load(path());
    if (loaded) return "";
    EXPECT_EQ(loaded.error().code, ErrorCode::kKeyringUnusable);
    EXPECT_THAT(loaded.error().message, HasSubstr(path()));
    EXPECT_EQ(loaded.error().message.find('\n'), std::string::npos);
    return loaded.error().message;
  }

  ledgate::testing::TempDir directory_;
};

TEST_F(KeyringFile, IsMadeForItsOwnerAlone) {
  const mode_t before = ::umask(0);
  const auto made = Keyring::create(path());
  ::umask(before);
  ASSERT_TRUE(made) << made.error().message;
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
  EXPECT_EQ(facts.st_nlink, 1U);
  EXPECT_EQ(made->present().number, 1U);
}

TEST_F(KeyringFile, LoadsAsItWasMade) {
  const auto made = Keyring::create(path());
  const auto loaded = Keyring::load(path());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->present().key.reveal(), made->present().key.reveal());
  EXPECT_EQ(loaded->present().created_s, made->present().created_s);
  EXPECT_EQ(loaded->derive("label").reveal(), made->derive("label").reveal());
  EXPECT_NE(loaded->derive("label").reveal(), made->derive("another").reveal());
}

TEST_F(KeyringFile, NoTwoAreAlike) {
  const auto first = Keyring::create(path());
  const auto second = Keyring::create(directory_.file("other.key"));
  EXPECT_NE(first->present().key.reveal(), second->present().key.reveal());
  EXPECT_NE(first->derive("label").reveal(), second->derive("label").reveal());
}

TEST_F(KeyringFile, IsNeverOverwritten) {
  ASSERT_TRUE(Keyring::create(path()));
  const std::string before = read();
  const auto again = Keyring::create(path());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kKeyringUnusable);
  EXPECT_THAT(again.error().message, HasSubstr("exists already"));
  EXPECT_EQ(read(), before);
}

TEST_F(KeyringFile, IsMadeOnceWhenManyTry) {
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { made += Keyring::create(path()) ? 1 : 0; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_TRUE(Keyring::load(path()));
}

TEST_F(KeyringFile, IsMadeDespiteTheLeftoversOfACrash) {
  std::ofstream(path() + ".new") << "half a keyr";
  ASSERT_TRUE(Keyring::create(path()));
  EXPECT_TRUE(Keyring::load(path()));
  EXPECT_FALSE(std::filesystem::exists(path() + ".new"));
}

TEST_F(KeyringFile, ReadsTheFormatOfTheFirstRelease) {
  write(kSampleKeyring);
  const auto loaded = Keyring::load(path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_EQ(loaded->epochs().size(), 2U);
  EXPECT_EQ(loaded->present().number, 3U);
  EXPECT_EQ(loaded->present().created_s, 1800000000);
  EXPECT_EQ(hex(loaded->find(1)->key.reveal()), std::string(64, '1'));
  EXPECT_EQ(loaded->find(2), nullptr);
  EXPECT_EQ(KeyringText::write(*loaded).reveal(), kSampleKeyring);
}

TEST_F(KeyringFile, RotationAddsAnEpochAndKeepsTheRest) {
  write(kSampleKeyring);
  const auto rotated = Keyring::rotate(path());
  ASSERT_TRUE(rotated) << rotated.error().message;
  const auto loaded = Keyring::load(path());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->present().number, 4U);
  EXPECT_EQ(loaded->epochs().size(), 3U);
  EXPECT_EQ(hex(loaded->find(3)->key.reveal()), std::string(64, '3'));
  EXPECT_EQ(loaded->derive("label").reveal(), sample_keyring().derive("label").reveal());
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
}

TEST_F(KeyringFile, RotationFollowsALink) {
  write(kSampleKeyring);
  const std::string link = directory_.file("link.key");
  std::filesystem::create_symlink(path(), link);
  ASSERT_TRUE(Keyring::rotate(link));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(Keyring::load(path())->present().number, 4U);
}

TEST_F(KeyringFile, ConcurrentRotationsAllCount) {
  write(kSampleKeyring);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { EXPECT_TRUE(Keyring::rotate(path())); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Keyring::load(path())->epochs().size(), 6U);
}

TEST_F(KeyringFile, RetiringDestroysTheEpochAndTheOldBytes) {
  write(kSampleKeyring);
  const int old = ::open(path().c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(old, 0);
  const auto retired = Keyring::retire(path(), 1);
  ASSERT_TRUE(retired) << retired.error().message;
  EXPECT_EQ(Keyring::load(path())->find(1), nullptr);
  EXPECT_EQ(Keyring::load(path())->present().number, 3U);
  std::string bytes(kSampleKeyring.size(), 'x');
  EXPECT_EQ(::pread(old, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  EXPECT_EQ(bytes, std::string(bytes.size(), '\0'));
  ::close(old);
}

TEST_F(KeyringFile, ThePresentEpochCannotBeRetired) {
  write(kSampleKeyring);
  const auto present = Keyring::retire(path(), 3);
  ASSERT_FALSE(present);
  EXPECT_THAT(present.error().message, HasSubstr("present epoch"));
  const auto unknown = Keyring::retire(path(), 2);
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("has no epoch 2"));
  EXPECT_EQ(read(), kSampleKeyring);
}

TEST_F(KeyringFile, Missing) {
  EXPECT_THAT(problem(), HasSubstr("does not exist; make one with `ledgate keyring init`"));
}

TEST_F(KeyringFile, MissingDirectory) {
  const auto made = Keyring::create(directory_.file("no/such/master.key"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("directory cannot be opened"));
}

TEST_F(KeyringFile, OpenToOthers) {
  for (const mode_t mode : {0644U, 0620U, 0610U, 0604U, 0602U, 0601U, 0444U}) {
    write(kSampleKeyring, mode);
    EXPECT_THAT(problem(), HasSubstr("run chmod 600")) << mode;
  }
  if (::geteuid() != 0) {
    write(kSampleKeyring, 0640);
    EXPECT_THAT(problem(), HasSubstr("run chmod 600")) << "only root's own file may be read by a group";
  }
  write(kSampleKeyring, 0400);
  EXPECT_EQ(problem(), "");
}

TEST_F(KeyringFile, OfRootAndReadableByTheServicesGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a file of root's";
  for (const mode_t mode : {0440U, 0640U}) {
    write(kSampleKeyring, mode);
    EXPECT_EQ(problem(), "") << "as a Kubernetes Secret with fsGroup is mounted: " << mode;
  }
}

TEST_F(KeyringFile, OfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write(kSampleKeyring);
  ASSERT_EQ(::chown(path().c_str(), 12345, 12345), 0);
  EXPECT_THAT(problem(), HasSubstr("belongs to another user (uid 12345)"));
}

TEST_F(KeyringFile, NotARegularFile) {
  ASSERT_EQ(::mkdir(path().c_str(), 0700), 0);
  EXPECT_THAT(problem(), HasSubstr("is not a regular file"));
  ASSERT_EQ(::rmdir(path().c_str()), 0);
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THAT(problem(), HasSubstr("is not a regular file")) << "and above all it does not wait for a writer";
}

TEST_F(KeyringFile, OtherThingsThanAKeyring) {
  for (const std::string& text :
       {std::string(), std::string("-----BEGIN PRIVATE KEY-----\n"), std::string(200, '\0')}) {
    write(text);
    EXPECT_THAT(problem(), HasSubstr("is not a keyring file"));
  }
  write(std::string(70000, 'x'));
  EXPECT_THAT(problem(), HasSubstr("far too long"));
}

TEST_F(KeyringFile, OfAnotherVersion) {
  std::string text = kSampleKeyring;
  text.replace(text.find("1\n"), 1, "2");
  write(text);
  EXPECT_THAT(problem(), HasSubstr("another format version"));
}

TEST_F(KeyringFile, WithoutAnEpoch) {
  write(
      "ledgate-keyring 1\nroot 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\ncheck "
      "0000000000000000\n");
  EXPECT_THAT(problem(), HasSubstr("damaged"));
  const Keyring none = KeyringText::without_epoch(KeyringText::without_epoch(sample_keyring(), 1), 3);
  write(KeyringText::write(none).reveal());
  EXPECT_THAT(problem(), HasSubstr("has no epoch"));
}

TEST_F(KeyringFile, AnyChangeOfTheTextIsFound) {
  for (std::size_t at = 0; at < kSampleKeyring.size(); ++at) {
    for (const char replacement : {'0', '9', 'f', 'G', ' ', '\n', '\0'}) {
      std::string text = kSampleKeyring;
      if (text[at] == replacement) continue;
      text[at] = replacement;
      EXPECT_FALSE(KeyringText::parse(text).keyring) << at << " " << static_cast<int>(replacement);
    }
    EXPECT_FALSE(KeyringText::parse(kSampleKeyring.substr(0, at)).keyring) << at;
  }
  EXPECT_FALSE(KeyringText::parse(kSampleKeyring + "\n").keyring);
  EXPECT_FALSE(KeyringText::parse(kSampleKeyring + kSampleKeyring).keyring);
}

TEST_F(KeyringFile, NoMessageCarriesAKey) {
  std::string text = kSampleKeyring;
  text.replace(text.find("epoch 1"), 7, "epoch x");
  write(text);
  EXPECT_THAT(problem(), HasSubstr("is malformed in line 3"));
  EXPECT_EQ(problem().find("1111"), std::string::npos);
}

}  // namespace
}  // namespace ledgate::infra
