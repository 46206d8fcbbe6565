#include "net/http.hpp"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "net/http_transfer.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait{100};

// Blocks all signals for its scope.
class SignalBlock {
 public:
  SignalBlock() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalBlock(const SignalBlock&) = delete;
  SignalBlock& operator=(const SignalBlock&) = delete;
  ~SignalBlock() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

void Check(CURLMcode code) {
  if (code == CURLM_OK) return;
  throw Error(sqlstate::kInternalError,
              Format("libcurl could not send requests: {}", curl_multi_strerror(code)));
}

// Runs once per process, and never before the fork.
void InitializeOnce() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code == CURLE_OK) return;
  throw Error(sqlstate::kInternalError,
              Format("could not initialize libcurl: {}", curl_easy_strerror(code)));
}

}  // namespace

class HttpPool::Multi {
 public:
  explicit Multi(HttpSettings settings) : settings_(std::move(settings)) {
    const SignalBlock block;
    InitializeOnce();
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::bad_alloc();
  }
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() { Cancel(); }

  void Start(HttpRequest request) {
    const SignalBlock block;
    auto transfer = std::make_unique<HttpTransfer>(std::move(request), settings_);
    CURL* const easy = transfer->easy();
    const auto place = transfers_.emplace(easy, std::move(transfer)).first;
    const CURLMcode code = curl_multi_add_handle(multi_.get(), easy);
    if (code != CURLM_OK) transfers_.erase(place);
    Check(code);
    Drive();
  }

  void Poll(milliseconds at_most) {
    const SignalBlock block;
    Drive();
    int wait = static_cast<int>(std::clamp(at_most, milliseconds(0), kLongestWait).count());
    if (HasFinished()) wait = 0;
    Check(curl_multi_poll(multi_.get(), nullptr, 0, wait, nullptr));
    Drive();
  }

  std::vector<HttpResponse> TakeComplete() {
    const SignalBlock block;
    std::vector<HttpResponse> complete;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      const auto place = transfers_.find(message->easy_handle);
      complete.push_back(place->second->Finish(message->data.result));
      Remove(place);
    }
    finished_ = 0;
    return complete;
  }

  void Cancel() {
    const SignalBlock block;
    while (!transfers_.empty()) Remove(transfers_.begin());
  }

  std::size_t size() const { return transfers_.size(); }

 private:
  using Transfers = std::map<CURL*, std::unique_ptr<HttpTransfer>>;
  struct CleanUp {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void Drive() {
    int running = 0;
    Check(curl_multi_perform(multi_.get(), &running));
    finished_ = transfers_.size() - static_cast<std::size_t>(running);
  }

  bool HasFinished() const { return finished_ > 0; }

  void Remove(Transfers::iterator place) {
    curl_multi_remove_handle(multi_.get(), place->first);
    transfers_.erase(place);
  }

  HttpSettings settings_;
  std::unique_ptr<CURLM, CleanUp> multi_;
  Transfers transfers_;  // destroyed before multi_
  std::size_t finished_ = 0;
};

HttpPool::HttpPool(HttpSettings settings) : multi_(std::make_unique<Multi>(std::move(settings))) {}

HttpPool::~HttpPool() = default;

void HttpPool::Start(HttpRequest request) { multi_->Start(std::move(request)); }

std::vector<HttpResponse> HttpPool::Wait(milliseconds at_most,
                                         const std::function<void()>& waiting) {
  multi_->Poll(at_most);
  try {
    waiting();
  } catch (...) {
    Cancel();
    throw;
  }
  return multi_->TakeComplete();
}

void HttpPool::Cancel() { multi_->Cancel(); }

std::size_t HttpPool::in_flight() const { return multi_->size(); }

}  // namespace soulprint
