// One request of an HttpPool: a libcurl easy handle, the request, and the response so far.

#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "net/http_message.hpp"

namespace soulprint {

// Header lines, which can contain secrets.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList();  // zeroes them

  // Throws Error XX000 if `line` contains a line break.
  void Add(const std::string& line);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

// Must not move while libcurl has its handle.
class HttpTransfer {
 public:
  // Throws Error XX000 if a header contains a line break or libcurl does not accept an option.
  HttpTransfer(HttpRequest request, const HttpSettings& settings);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  CURL* easy() const { return easy_.get(); }

  // The response; `code` is libcurl's final result.
  HttpResponse Finish(CURLcode code);

 private:
  struct CleanUp {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  void SetRequest();
  void SetConnection(const HttpSettings& settings);
  void SetTrust(const HttpSettings& settings);
  bool GoesToSink() const;
  static std::size_t CountHead(char* data, std::size_t size, std::size_t count,
                               void* transfer) noexcept;
  static int CountBody(void* transfer, curl_off_t total, curl_off_t received, curl_off_t to_send,
                       curl_off_t sent) noexcept;
  static std::size_t Append(char* data, std::size_t size, std::size_t count,
                            void* transfer) noexcept;

  HttpRequest request_;
  HeaderList headers_;
  std::size_t head_ = 0;  // bytes, including interim responses and trailers
  std::string body_;
  bool too_large_ = false;
  std::array<char, CURL_ERROR_SIZE> error_{};  // libcurl's message
  std::unique_ptr<CURL, CleanUp> easy_;
};

}  // namespace soulprint
