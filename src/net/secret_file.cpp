#include "net/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "util/error.hpp"
#include "util/file_descriptor.hpp"
#include "util/format.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostBytes = 4096;

// Why the file may not be used for a secret; "" if it may.
std::string Objection(int fd, const std::string& setting) {
  struct stat status;
  if (fstat(fd, &status) != 0) {
    return Format("could not stat file named by {}: {}", setting, strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return Format("file named by {} is not a regular file", setting);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Format("file named by {} has group or world access", setting);
  }
  if (status.st_size > static_cast<off_t>(kMostBytes)) {
    return Format("file named by {} is larger than 4 KiB", setting);
  }
  return "";
}

bool IsVisible(char c) { return c > ' ' && c < 127; }

bool IsSpace(char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; }

}  // namespace

std::string ReadSecretFile(const std::string& path, const std::string& setting) {
  const auto fail = [](const std::string& message) {
    throw ServerUnavailable(
        message,
        "It must be a file of at most 4 KiB that contains only the secret, is owned by the user "
        "that runs the server, and has permissions u=rw (0600) or less.");
  };
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) fail(Format("could not open file named by {}: {}", setting, strerror(errno)));
  if (const std::string why = Objection(file.get(), setting); !why.empty()) fail(why);
  char bytes[kMostBytes];
  const ssize_t count = read(file.get(), bytes, sizeof(bytes));
  if (count < 0) fail(Format("could not read file named by {}: {}", setting, strerror(errno)));
  const char* begin = bytes;
  const char* end = bytes + count;
  while (begin != end && IsSpace(*begin)) ++begin;
  while (begin != end && IsSpace(end[-1])) --end;
  std::string secret(begin, end);
  explicit_bzero(bytes, sizeof(bytes));
  if (secret.empty()) fail(Format("file named by {} is empty", setting));
  if (!std::all_of(secret.begin(), secret.end(), IsVisible)) {
    ZeroSecret(&secret);
    fail(Format("file named by {} contains a character that no key has", setting));
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
