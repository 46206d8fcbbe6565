// Exports in Supabase Storage: whose they are, how they come, each way of not coming.

#include "intake/storage.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "error.hpp"
#include "http_stub.hpp"

namespace soulprint {
namespace {

const std::string& User() {
  static const auto& user = *new std::string("9f2c0000-0000-4000-8000-000000000001");
  return user;
}

std::string Of(const std::string& user, const std::string& file) {
  return "imports/" + user + "/" + file;
}

std::string Problem(const std::string& path) {
  try {
    ObjectUrl("https://x.supabase.co", path, User());
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "");
    return error.sqlstate();
  }
  return "";
}

TEST(ObjectUrl, EachComponentIsEncoded) {
  EXPECT_EQ(ObjectUrl("https://x.supabase.co/", Of(User(), "export.zip"), User()),
            "https://x.supabase.co/storage/v1/object/imports/" + User() + "/export.zip");
  EXPECT_EQ(ObjectUrl("https://x", Of(User(), "my chats/\u00e4%2e?#.zip"), User()),
            "https://x/storage/v1/object/imports/" + User() + "/my%20chats/%C3%A4%252e%3F%23.zip");
  EXPECT_EQ(Problem(Of("9F2C0000-0000-4000-8000-000000000001", "x")), "");
}

TEST(ObjectUrl, NobodyReadsAnotherUsersExport) {
  const std::string other = "9f2c0000-0000-4000-8000-000000000002";
  EXPECT_EQ(Problem(Of(other, "x.json")), "42501");
  EXPECT_EQ(Problem(Of(User() + "x", "x.json")), "42501");
  EXPECT_EQ(Problem(Of("%2e%2e", "x.json")), "42501");
  EXPECT_EQ(Problem(Of(User(), "../" + other + "/x.json")), "22023");
  EXPECT_EQ(Problem(Of(User(), "./x.json")), "22023");
  EXPECT_EQ(Problem(Of(User(), "a//x.json")), "22023");
  EXPECT_EQ(Problem("/" + Of(User(), "x.json")), "22023");
  EXPECT_EQ(Problem("../" + User() + "/x.json"), "22023");
  EXPECT_EQ(Problem(Of(User(), "")), "22023");
  EXPECT_EQ(Problem(User()), "22023");
  EXPECT_EQ(Problem("imports/" + User()), "22023");
  EXPECT_EQ(Problem(""), "22023");
  // Encoded dots are a name like any other: encoded once more, nobody folds them.
  EXPECT_EQ(ObjectUrl("https://x", Of(User(), "%2e%2e/" + other + "/x"), User()),
            "https://x/storage/v1/object/imports/" + User() + "/%252e%252e/" + other + "/x");
}

class Download : public testing::Test {
 protected:
  Download() : file_(std::tmpfile()) {
    endpoint.url = stub.url();
    endpoint.key = [] { return std::string("service-key"); };
    endpoint.max_bytes = 1000;
  }
  ~Download() override { std::fclose(file_); }

  StoredObject Get(const std::string& etag = "") {
    return DownloadObject(endpoint, Of(User(), "export.zip"), User(), etag, fileno(file_), waiting);
  }

  std::string Fails() {
    try {
      Get();
    } catch (const Error& error) {
      EXPECT_NE(error.hint(), "");
      EXPECT_EQ(std::string(error.what()).find("service-key"), std::string::npos);
      return error.sqlstate();
    }
    return "";
  }

  std::string Written() {
    std::string bytes(2000, 0);
    bytes.resize(static_cast<std::size_t>(pread(fileno(file_), bytes.data(), bytes.size(), 0)));
    return bytes;
  }

  HttpStub stub;
  StorageEndpoint endpoint;
  std::function<void()> waiting = [] {};

 private:
  std::FILE* file_;
};

TEST_F(Download, WritesTheObjectAndKnowsItsEtag) {
  stub.Play({Reply(200, "the export", {{"etag", "\"v1\""}})});
  const StoredObject object = Get();
  EXPECT_FALSE(object.unchanged);
  EXPECT_EQ(object.etag, "\"v1\"");
  EXPECT_EQ(object.bytes, 10U);
  EXPECT_EQ(Written(), "the export");
  const auto request = stub.journal().at(0);
  EXPECT_EQ(request.start_line, "GET /storage/v1/object/" + Of(User(), "export.zip") + " HTTP/1.1");
  EXPECT_EQ(request.Header("authorization"), "Bearer service-key");
  EXPECT_EQ(request.Header("apikey"), "service-key");
  EXPECT_EQ(request.Header("if-none-match"), "");
}

TEST_F(Download, WhatIsUnchangedIsNotWritten) {
  stub.Play({Reply(304, "", {{"etag", "\"v1\""}})});
  EXPECT_TRUE(Get("\"v1\"").unchanged);
  EXPECT_EQ(Written(), "");
  EXPECT_EQ(stub.journal().at(0).Header("if-none-match"), "\"v1\"");
}

TEST_F(Download, TheStatusDecides) {
  for (const auto& [status, sqlstate] :
       {std::pair(404, "55000"), std::pair(400, "55000"), std::pair(401, "57P03"),
        std::pair(403, "57P03"), std::pair(302, "57P03"), std::pair(500, "08006"),
        std::pair(503, "08006"), std::pair(429, "08006"), std::pair(204, "08006")}) {
    stub.Play({Reply(status, status == 204 ? "" : "{\"secret\":1}", {{"location", stub.url()}})});
    EXPECT_EQ(Fails(), sqlstate) << status;
    EXPECT_EQ(Written(), "") << status;
  }
  EXPECT_EQ(stub.journal().size(), 9U);
}

TEST_F(Download, APartIsNoExport) {
  for (const Scene::End end : {Scene::End::kClose, Scene::End::kReset}) {
    stub.Play({Cut(Reply(200, "the export"), 4, end)});
    EXPECT_EQ(Fails(), "08006");
  }
  endpoint.url = "http://127.0.0.1:1";
  EXPECT_EQ(Fails(), "08006");
}

TEST_F(Download, TooLargeEndsAtOnce) {
  stub.Play({Reply(200, std::string(1001, 'x'))});
  EXPECT_EQ(Fails(), "54000");
}

TEST_F(Download, CanBeInterrupted) {
  stub.Play({Scene{"", Scene::End::kHang}});
  waiting = [&] {
    if (!stub.journal().empty()) throw Error(sqlstate::kQueryCanceled, "canceled", "", "hint");
  };
  EXPECT_EQ(Fails(), "57014");
  EXPECT_TRUE(stub.AwaitGivenUp(1));
}

}  // namespace
}  // namespace soulprint
