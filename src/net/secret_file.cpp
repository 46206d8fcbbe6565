// See secret_file.hpp.

#include "net/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "util/error.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostBytes = 4096;

class File {
 public:
  explicit File(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_;
};

// Why the open file is not one to keep a secret in, "" if it is.
std::string Objection(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::string("could not be examined: ") + strerror(errno);
  if (!S_ISREG(status.st_mode)) return "is not a regular file";
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) return "has group or world access";
  if (status.st_size > static_cast<off_t>(kMostBytes)) return "is larger than 4 KiB";
  return "";
}

bool IsVisible(char c) { return c > ' ' && c < 127; }

bool IsSpace(char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; }

}  // namespace

std::string ReadSecretFile(const std::string& path, const std::string& setting) {
  const auto fail = [&](const std::string& why) {
    throw ServerUnavailable(
        "the file that " + setting + " names " + why,
        "It must be a file of at most 4 KiB with nothing but the secret in it, that "
        "belongs to the user the server runs as, with permissions u=rw (0600) or less.");
  };
  const File file(path);
  if (file.fd() < 0) fail(std::string("could not be opened: ") + strerror(errno));
  if (const std::string why = Objection(file.fd()); !why.empty()) fail(why);
  char bytes[kMostBytes];
  const ssize_t count = read(file.fd(), bytes, sizeof(bytes));
  if (count < 0) fail(std::string("could not be read: ") + strerror(errno));
  const char* begin = bytes;
  const char* end = bytes + count;
  while (begin != end && IsSpace(*begin)) ++begin;
  while (begin != end && IsSpace(end[-1])) --end;
  std::string secret(begin, end);
  explicit_bzero(bytes, sizeof(bytes));
  if (secret.empty()) fail("is empty");
  if (!std::all_of(secret.begin(), secret.end(), IsVisible)) {
    ZeroSecret(&secret);
    fail("holds a character that no key has");
  }
  return secret;
}

std::string SecretLine(std::string_view name, const std::string& secret) {
  std::string line;
  line.reserve(name.size() + secret.size());  // growing would leave a copy behind
  line.append(name).append(secret);
  return line;
}

}  // namespace soulprint
