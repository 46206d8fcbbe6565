// Requests over one libcurl multi handle: one connection for each request, no redirects, no
// environment, nothing sent a second time behind the caller's back.
//
//   HttpPool pool(settings);
//   pool.Start({1, "https://host/path", {"content-type: application/json"}, body});
//   while (pool.in_flight() > 0) {
//     for (const HttpResponse& response : pool.Wait(kAtMost, [] { /* latch, interrupts */ })) …
//   }
//
// For one thread.  All signals are blocked while libcurl runs, so that the threads which it starts
// for looking up names never get one.  The process must ignore SIGPIPE, as Postgres's do.

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
  // Throws Error XX000 if libcurl cannot be set up.
  explicit HttpPool(HttpSettings settings);
  HttpPool(const HttpPool&) = delete;
  HttpPool& operator=(const HttpPool&) = delete;
  ~HttpPool();

  // Sends a request at once; how many are in flight is for the caller to limit.
  void Start(HttpRequest request);

  // Waits until something arrives, at most `at_most` and at most 100 ms, calls `waiting` once, and
  // gives what is complete.  If `waiting` throws, everything in flight is given up.
  std::vector<HttpResponse> Wait(std::chrono::milliseconds at_most,
                                 const std::function<void()>& waiting);

  // Gives up everything in flight, in milliseconds.
  void Cancel();

  std::size_t in_flight() const;

 private:
  class Multi;
  std::unique_ptr<Multi> multi_;
};

}  // namespace soulprint
