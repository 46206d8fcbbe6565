#pragma once

#include <unistd.h>

#include <utility>

namespace soulprint {

// Owns an open file and closes it.
//
//   const FileDescriptor file(open(path, O_RDONLY | O_CLOEXEC));
//   if (!file) throw …  // errno says why
class FileDescriptor {
 public:
  FileDescriptor() = default;
  // Takes ownership of fd; -1 = no file.
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) close(fd_);
  }

  explicit operator bool() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace soulprint
