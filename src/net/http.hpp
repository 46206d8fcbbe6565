// HTTP requests over one libcurl multi handle: one connection per request, no redirects, no
// environment variables, no automatic retries.  A pool reads the file of certificates once, and
// again after a day.
//
//   HttpPool pool(settings);
//   pool.Start({1, "https://host/path", {"content-type: application/json"}, body});
//   while (pool.in_flight() > 0) {
//     for (const HttpResponse& response : pool.Wait(kAtMost, [] { /* latch, interrupts */ })) …
//   }
//
// For one thread.  All signals are blocked while libcurl runs, so that its DNS threads never
// receive one.  The process must ignore SIGPIPE, as Postgres processes do.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "net/http_message.hpp"

namespace soulprint {

class HttpPool {
 public:
  // Throws Error XX000 if libcurl cannot be initialized.
  explicit HttpPool(HttpSettings settings);
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;
  ~HttpPool();

  // Sends a request at once.  The caller limits the number of requests in flight.
  void Start(HttpRequest request);

  // Waits for at most `at_most`, at most 100 ms, until something arrives; calls `waiting` once;
  // returns the complete responses.  If `waiting` throws, cancels everything in flight.
  std::vector<HttpResponse> Wait(std::chrono::milliseconds at_most,
                                 const std::function<void()>& waiting);

  // Cancels everything in flight, within milliseconds.
  void Cancel();

  std::size_t in_flight() const;

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace soulprint
