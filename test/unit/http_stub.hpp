// A server in the test's own process that plays what a script says, on 127.0.0.1.
//
//   HttpStub stub;
//   stub.Play({Reply(500, ""), Says("hello")});   // the last one is played again and again
//   … stub.url() …
//   EXPECT_EQ(stub.journal().size(), 2U);

#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace soulprint {

// What is sent back for one request, byte for byte.
struct Scene {
  enum class End { kClose, kReset, kHang };
  std::string bytes = {};
  End end = End::kClose;
  std::chrono::milliseconds delay{0};  // before the first byte
  bool unread = false;                 // ends before the request is read
  bool no_http = false;                // whatever comes first is the request
};

using Lines = std::vector<std::pair<std::string, std::string>>;

inline Scene Reply(int status, const std::string& body, const Lines& headers = {}) {
  std::string bytes = "HTTP/1.1 " + std::to_string(status) + " x\r\n";
  for (const auto& [name, value] : headers) bytes.append(name + ": " + value + "\r\n");
  bytes += "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  return {bytes};
}

// The body of a model's message, with the usage of 8 tokens in and 16 out.
inline nlohmann::json MessageJson(const std::string& text, const std::string& reason = "end_turn") {
  return {{"model", "claude-haiku-4-5-20251001"},
          {"id", "msg_1"},
          {"type", "message"},
          {"role", "assistant"},
          {"content", {{{"type", "text"}, {"text", text}}}},
          {"stop_reason", reason},
          {"stop_sequence", nullptr},
          {"stop_details", nullptr},
          {"usage",
           {{"input_tokens", 8},
            {"cache_creation_input_tokens", 0},
            {"cache_read_input_tokens", 0},
            {"output_tokens", 16},
            {"service_tier", "standard"}}}};
}

inline Scene Says(const std::string& text, const Lines& headers = {}) {
  return Reply(200, MessageJson(text).dump(), headers);
}

inline Scene Late(Scene scene, int ms) {
  scene.delay = std::chrono::milliseconds(ms);
  return scene;
}

// The first bytes of a scene, and then its end.
inline Scene Cut(Scene scene, std::size_t missing, Scene::End end = Scene::End::kClose) {
  scene.bytes.resize(scene.bytes.size() - missing);
  scene.end = end;
  return scene;
}

inline Scene Fails(int status, const std::string& type, const std::string& message,
                   const Lines& headers = {}) {
  const nlohmann::json body = {{"type", "error"},
                               {"error", {{"type", type}, {"message", message}}},
                               {"request_id", "req_1"}};
  return Reply(status, body.dump(), headers);
}

class HttpStub {
 public:
  using Clock = std::chrono::steady_clock;

  struct Received {
    std::string start_line;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;
    Clock::time_point at;        // when it had arrived
    Clock::time_point answered;  // when it had been answered

    std::string Header(const std::string& name) const {
      std::string values;
      for (const auto& [key, value] : headers) {
        if (key == name) values += (values.empty() ? "" : "|") + value;
      }
      return values;
    }
    nlohmann::json Json() const { return nlohmann::json::parse(body); }
  };

  HttpStub() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 64);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;
  ~HttpStub() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (std::thread& thread : connections_) thread.join();
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  void Play(std::vector<Scene> scenes) {
    const std::lock_guard lock(mutex_);
    scenes_.assign(scenes.begin(), scenes.end());
  }

  std::vector<Received> journal() {
    const std::lock_guard lock(mutex_);
    return journal_;
  }

  int connections() {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }

  int peak() {
    const std::lock_guard lock(mutex_);
    return peak_;
  }

  // Waits until the other end has closed as many connections; false if it takes over 5 seconds.
  bool AwaitGivenUp(int connections) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(5),
                             [&] { return given_up_ >= connections; });
  }

 private:
  void Accept() {
    while (true) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const std::lock_guard lock(mutex_);
      if (stopped_ || connection < 0) {
        if (connection >= 0) close(connection);
        return;
      }
      ++accepted_;
      connections_.emplace_back([this, connection] { Serve(connection); });
    }
  }

  Scene NextScene() {
    const std::lock_guard lock(mutex_);
    if (scenes_.empty()) return Reply(500, "the script is empty");
    Scene scene = scenes_.front();
    if (scenes_.size() > 1) scenes_.pop_front();
    return scene;
  }

  void Serve(int connection) {
    const Scene scene = NextScene();
    if (!scene.unread) {
      Received received;
      std::string text;
      const bool read = scene.no_http ? ReadMore(connection, &text) : Read(connection, &received);
      if (read) Answer(connection, scene, std::move(received));
    }
    if (scene.end == Scene::End::kReset || scene.unread) {
      const linger reset{1, 0};
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    }
    close(connection);
  }

  bool Read(int connection, Received* received) {
    std::string text;
    std::size_t end;
    while ((end = text.find("\r\n\r\n")) == std::string::npos) {
      if (!ReadMore(connection, &text)) return false;
    }
    ParseHead(text.substr(0, end + 2), received);
    received->body = text.substr(end + 4);
    const std::string length = received->Header("content-length");
    const std::size_t size = length.empty() ? 0 : std::stoul(length);
    while (received->body.size() < size) {
      if (!ReadMore(connection, &received->body)) return false;
    }
    return true;
  }

  bool ReadMore(int connection, std::string* text) {
    char bytes[65536];
    while (true) {
      pollfd ready{connection, POLLIN, 0};
      if (poll(&ready, 1, 20) > 0) break;
      const std::lock_guard lock(mutex_);
      if (stopped_) return false;
    }
    const ssize_t count = recv(connection, bytes, sizeof(bytes), 0);
    if (count > 0) text->append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

  static void ParseHead(std::string head, Received* received) {
    const std::size_t line = head.find("\r\n");
    received->start_line = head.substr(0, line);
    for (std::size_t at = line + 2; at < head.size();) {
      const std::size_t end = head.find("\r\n", at);
      const std::size_t colon = head.find(": ", at);
      std::string name = head.substr(at, colon - at);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return static_cast<char>(std::tolower(c)); });
      received->headers.emplace_back(name, head.substr(colon + 2, end - colon - 2));
      at = end + 2;
    }
  }

  void Answer(int connection, const Scene& scene, Received received) {
    std::size_t number;
    {
      std::unique_lock lock(mutex_);
      peak_ = std::max(peak_, ++busy_);
      received.at = Clock::now();
      number = journal_.size();
      journal_.push_back(std::move(received));
      changed_.wait_for(lock, scene.delay, [&] { return stopped_; });
      --busy_;
      journal_[number].answered = Clock::now();
    }
    std::size_t sent = 0;
    while (sent < scene.bytes.size()) {
      const ssize_t count =
          send(connection, scene.bytes.data() + sent, scene.bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    if (scene.end != Scene::End::kHang) return;
    std::string rest;
    while (ReadMore(connection, &rest)) {
    }
    const std::lock_guard lock(mutex_);
    ++given_up_;
    changed_.notify_all();
  }

  int listener_;
  int port_ = 0;
  std::thread acceptor_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> connections_;
  std::deque<Scene> scenes_;
  std::vector<Received> journal_;
  int accepted_ = 0;
  int busy_ = 0;
  int peak_ = 0;
  int given_up_ = 0;
  bool stopped_ = false;
};

}  // namespace soulprint
