#include "net/secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "util/error.hpp"
#include "util/file_descriptor.hpp"
#include "util/format.hpp"
#include "util/zero_secret.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kMostBytes = 4096;

// Why the file may not be used for a secret; "" if it may.
std::string ObjectionTo(int fd, const std::string& setting) {
  struct stat status;
  if (fstat(fd, &status) != 0) {
    return Format("could not stat file named by {}: {}", setting, strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return Format("file named by {} is not a regular file", setting);
  const std::string_view unsafe = WhyUnsafe(status, geteuid());
  if (!unsafe.empty()) return Format("file named by {} {}", setting, unsafe);
  if (status.st_size > static_cast<off_t>(kMostBytes)) {
    return Format("file named by {} is larger than 4 KiB", setting);
  }
  return "";
}

bool IsVisible(char c) { return c > ' ' && c < 127; }

bool IsSpace(char c) { return std::string_view(" \t\r\n").find(c) != std::string_view::npos; }

}  // namespace

std::string_view WhyUnsafe(const struct stat& file, uid_t server) {
  if (file.st_uid != server && file.st_uid != 0) {
    return "is owned neither by the user that runs the server nor by root";
  }
  if (file.st_uid == server) {
    return (file.st_mode & (S_IRWXG | S_IRWXO)) != 0 ? "has group or world access" : "";
  }
  const bool more = (file.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0;
  return more ? "has group write or world access" : "";
}

std::string CleanSecret(std::string text, const std::string& source, const std::string& hint) {
  const auto fail = [&](const char* why) {
    ZeroSecret(&text);
    throw ServerUnavailable(Format("{} {}", source, why), hint);
  };
  std::size_t end = text.size();
  while (end > 0 && IsSpace(text[end - 1])) --end;
  std::size_t begin = 0;
  while (begin < end && IsSpace(text[begin])) ++begin;
  if (begin == end) fail("is empty");
  if (end - begin > kMostBytes) fail("is larger than 4 KiB");
  std::string secret(text, begin, end - begin);
  ZeroSecret(&text);
  if (std::all_of(secret.begin(), secret.end(), IsVisible)) return secret;
  ZeroSecret(&secret);
  throw ServerUnavailable(Format("{} contains a character that no key has", source), hint);
}

std::string ReadSecretFile(const std::string& path, const std::string& setting) {
  constexpr const char* kHint =
      "It must be a file of at most 4 KiB that contains only the secret, with permissions u=rw "
      "(0600) or less if the user that runs the server owns it, or u=rw,g=r (0640) or less if root "
      "does.";
  const auto fail = [](const std::string& message) { throw ServerUnavailable(message, kHint); };
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) fail(Format("could not open file named by {}: {}", setting, strerror(errno)));
  if (const std::string why = ObjectionTo(file.get(), setting); !why.empty()) fail(why);
  char bytes[kMostBytes];
  const ssize_t count = read(file.get(), bytes, sizeof(bytes));
  if (count < 0) fail(Format("could not read file named by {}: {}", setting, strerror(errno)));
  std::string text(bytes, static_cast<std::size_t>(count));
  explicit_bzero(bytes, sizeof(bytes));
  return CleanSecret(std::move(text), Format("file named by {}", setting), kHint);
}

std::string SecretLine(std::string_view name, const std::string& secret) {
  std::string line;
  line.reserve(name.size() + secret.size());  // growing would leave a copy behind
  line.append(name).append(secret);
  return line;
}

}  // namespace soulprint
