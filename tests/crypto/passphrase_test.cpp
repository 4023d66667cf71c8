#include "crypto/passphrase.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "crypto/error_codes.h"
#include "tests/support/temporary_folder.h"

namespace crypto {
namespace {

using support::TemporaryFolder;

std::string text_of(const Result<Secret>& result) {
  return result ? std::string(result->view()) : result.error().code;
}

TEST(PassphraseFile, IsReadWithoutItsLineEnd) {
  const TemporaryFolder folder;
  EXPECT_EQ(text_of(passphrase_from_file(folder.write("a", "five words\n"))), "five words");
  EXPECT_EQ(text_of(passphrase_from_file(folder.write("b", "five words\r\n"))), "five words");
  EXPECT_EQ(text_of(passphrase_from_file(folder.write("c", " five\nwords "))), " five\nwords ");
}

TEST(PassphraseFile, MustBePrivateAndNotEmpty) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.write("a", "five words\n");
  std::filesystem::permissions(path, std::filesystem::perms(0644));

  EXPECT_EQ(text_of(passphrase_from_file(path)), error_code::kKeyPermissions);
  EXPECT_EQ(text_of(passphrase_from_file(folder / "b")), error_code::kPassphraseSource);
  EXPECT_EQ(text_of(passphrase_from_file(folder.write("c", "\n"))), error_code::kPassphraseSource);
  EXPECT_EQ(text_of(passphrase_from_file(folder.write("d", std::string(1025, 'x')))),
            error_code::kKeyFile);
}

TEST(PassphraseDescriptor, IsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "five words\n", 11), 11);
  ::close(ends[1]);

  EXPECT_EQ(text_of(passphrase_from_descriptor(ends[0])), "five words");
  ::close(ends[0]);
  EXPECT_EQ(text_of(passphrase_from_descriptor(ends[0])), error_code::kPassphraseSource);
}

TEST(PassphraseDescriptor, IsBounded) {
  const int zeros = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(text_of(passphrase_from_descriptor(zeros)), error_code::kPassphraseSource);
  ::close(zeros);
}

TEST(PassphraseCredential, IsAFileOfTheCredentialsFolder) {
  const TemporaryFolder folder;
  folder.write("vote", "five words\n");
  folder.write(".hidden", "five words\n");
  ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);

  EXPECT_EQ(text_of(passphrase_from_credential("vote")), "five words");
  EXPECT_EQ(text_of(passphrase_from_credential("other")), error_code::kPassphraseSource);
  EXPECT_EQ(text_of(passphrase_from_credential("../vote")), error_code::kPassphraseSource);
  EXPECT_EQ(text_of(passphrase_from_credential("a/vote")), error_code::kPassphraseSource);
  EXPECT_EQ(text_of(passphrase_from_credential("")), error_code::kPassphraseSource);
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(text_of(passphrase_from_credential("vote")), error_code::kPassphraseSource);
}

struct Session {
  std::string result;  // what the function gave
  std::string shown;   // what stood on the terminal
};

// The prompt stands there a moment before the terminal stops showing what is typed. True as soon as
// it has stopped; false if it never does.
bool waits_for_secret(int terminal) {
  for (int tries = 0; tries < 1'000'000; ++tries) {
    termios settings{};
    if (::tcgetattr(terminal, &settings) == 0 && (settings.c_lflag & ECHO) == 0) return true;
    std::this_thread::yield();
  }
  return false;
}

// Runs passphrase_from_terminal in a child with a terminal of its own and types `typed`.
Session ask_on_terminal(Repeat repeat, std::string_view typed) {
  int result_ends[2];
  EXPECT_EQ(::pipe(result_ends), 0);
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    const std::string text = text_of(passphrase_from_terminal("Passphrase: ", repeat));
    const ssize_t count = ::write(result_ends[1], text.data(), text.size());
    ::_exit(count < 0 ? 1 : 0);
  }
  ::close(result_ends[1]);
  Session session;
  char buffer[256];
  std::size_t prompts = 0;
  // Types a line after each prompt, as a person does: what comes earlier may be thrown away.
  while (true) {
    const ssize_t count = ::read(terminal, buffer, sizeof(buffer));
    if (count <= 0) break;
    session.shown.append(buffer, static_cast<std::size_t>(count));
    if (session.shown.ends_with(": ") && !typed.empty()) {
      EXPECT_TRUE(waits_for_secret(terminal));
      const std::size_t end = typed.find('\n') + 1;
      EXPECT_EQ(::write(terminal, typed.data(), end), static_cast<ssize_t>(end));
      typed.remove_prefix(end);
      ++prompts;
    }
  }
  const ssize_t count = ::read(result_ends[0], buffer, sizeof(buffer));
  if (count > 0) session.result.assign(buffer, static_cast<std::size_t>(count));
  ::close(result_ends[0]);
  ::close(terminal);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(prompts, repeat == Repeat::twice ? 2u : 1u);
  return session;
}

TEST(PassphraseTerminal, AsksWithoutShowingTheAnswer) {
  const Session session = ask_on_terminal(Repeat::once, "five words\n");

  EXPECT_EQ(session.result, "five words");
  EXPECT_NE(session.shown.find("Passphrase: "), std::string::npos);
  EXPECT_EQ(session.shown.find("five"), std::string::npos);
}

TEST(PassphraseTerminal, AsksTwiceForANewOne) {
  EXPECT_EQ(ask_on_terminal(Repeat::twice, "five words\nfive words\n").result, "five words");
  EXPECT_EQ(ask_on_terminal(Repeat::twice, "five words\nfour words\n").result,
            error_code::kPassphraseSource);
}

TEST(PassphraseTerminal, IsAnErrorWithoutATerminal) {
  EXPECT_EXIT(
      {
        ::setsid();
        const Result<Secret> result = passphrase_from_terminal("Passphrase: ", Repeat::once);
        ::_exit(!result && result.error().code == error_code::kPassphraseSource ? 7 : 8);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST(PassphraseLength, CountsCharactersNotBytes) {
  EXPECT_TRUE(check_passphrase_length(Secret(ByteView("twelve chars"))));
  EXPECT_FALSE(check_passphrase_length(Secret(ByteView("eleven char"))));
  EXPECT_TRUE(check_passphrase_length(Secret(ByteView("绿色采购绿色采购绿色采购"))));
  EXPECT_FALSE(check_passphrase_length(Secret(ByteView("绿色采购绿色采"))));
}

}  // namespace
}  // namespace crypto
