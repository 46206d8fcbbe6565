// One request of an HttpPool: a libcurl easy handle, what it sends, and what has come back.

#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "net/http_message.hpp"

namespace soulprint {

// Header lines, which may be secret.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList();  // zeroes them

  // Throws Error XX000 if it would be more than one line.
  void Add(const std::string& line);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// Stays where it is while libcurl has its handle.
class HttpTransfer {
 public:
  // Throws Error XX000 if a header is more than one line or libcurl refuses a setting.
  HttpTransfer(HttpRequest request, const HttpSettings& settings);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  CURL* easy() const { return easy_.get(); }

  // What came of it, with the code that libcurl gives at the end.
  HttpResponse Finish(CURLcode code);

 private:
  struct CleanUp {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  void SetRequest();
  void SetConnection(const HttpSettings& settings);
  bool GoesToSink() const;
  static std::size_t CountHead(char* data, std::size_t size, std::size_t count,
                               void* transfer) noexcept;
  static int CountBody(void* transfer, curl_off_t total, curl_off_t received, curl_off_t to_send,
                       curl_off_t sent) noexcept;
  static std::size_t Append(char* data, std::size_t size, std::size_t count,
                            void* transfer) noexcept;

  HttpRequest request_;
  HeaderList headers_;
  std::size_t head_ = 0;  // bytes, with those of interim responses and trailers
  std::string body_;
  bool too_large_ = false;
  std::array<char, CURL_ERROR_SIZE> said_{};  // by libcurl, about how it ended
  std::unique_ptr<CURL, CleanUp> easy_;
};

}  // namespace soulprint
