// Exports in Supabase Storage: owners, downloads, each kind of failure.

#include "net/storage.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <tuple>

#include "http_stub.hpp"
#include "util/error.hpp"

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

TEST(ObjectUrl, ALongPathIsRefused) {
  const std::string most = Of(User(), std::string(1024 - Of(User(), "").size(), 'x'));
  EXPECT_EQ(Problem(most), "");
  EXPECT_EQ(Problem(most + "x"), "22023");
}

TEST(ObjectUrl, AnErrorQuotesThePathOnOneLine) {
  for (const char* path :
       {"x\nforged\x1B[31m\u202E\u2028\"", "x/y/z\nforged\x1B[31m\u202E\u2028\""}) {
    try {
      ObjectUrl("https://x", path, User());
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("\\x0aforged\\x1b[31m \""), std::string::npos)
          << error.what();
    }
  }
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
  // Encoded dots are encoded again, so that no server resolves them.
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

  Error Failure() {
    try {
      Get();
    } catch (const Error& error) {
      EXPECT_NE(error.hint(), "");
      EXPECT_EQ(std::string(error.what()).find("service-key"), std::string::npos);
      return error;
    }
    return {"", "it did not fail"};
  }

  std::string Fails() { return Failure().sqlstate(); }

  // The outcome of an HTTP 400 with this body.
  std::string Of400(const std::string& body) {
    stub.Play({Reply(400, body)});
    const Error error = Failure();
    return error.sqlstate() + " " + error.what();
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
  for (const auto& [status, sqlstate, said] :
       {std::tuple(404, "55000", "does not exist"), std::tuple(410, "55000", "does not exist"),
        std::tuple(401, "57P03", "access denied"), std::tuple(403, "57P03", "access denied"),
        std::tuple(302, "57P03", "request rejected"), std::tuple(414, "57P03", "request rejected"),
        std::tuple(408, "57P03", "export: HTTP"), std::tuple(429, "57P03", "export: HTTP"),
        std::tuple(500, "57P03", "export: HTTP"), std::tuple(503, "57P03", "export: HTTP"),
        std::tuple(204, "08006", "incomplete"), std::tuple(206, "08006", "incomplete")}) {
    stub.Play({Reply(status, status == 204 ? "" : "{\"secret\":1}", {{"location", stub.url()}})});
    const Error error = Failure();
    EXPECT_EQ(error.sqlstate(), sqlstate) << status;
    EXPECT_NE(std::string(error.what()).find(said), std::string::npos) << error.what();
    EXPECT_EQ(Written(), "") << status;
  }
  EXPECT_EQ(stub.journal().size(), 12U);
}

TEST_F(Download, ABadRequestSaysInItsBodyWhatItIs) {
  const std::string missing = "55000 object at the profile's storage_path does not exist";
  EXPECT_EQ(Of400(R"({"statusCode":"404","error":"not_found","message":"Object not found"})"),
            missing);
  EXPECT_EQ(Of400(R"({"statusCode":404})"), missing);
  const std::string rejected = "57P03 could not download export: request rejected (HTTP 400)";
  EXPECT_EQ(Of400(R"({"statusCode":"403","error":"Unauthorized","message":"service-key"})"),
            "57P03 could not download export: access denied (HTTP 400, statusCode 403)");
  const std::string failed = "57P03 could not download export: HTTP 400";
  EXPECT_EQ(Of400(R"({"statusCode":"429"})"), failed + ", statusCode 429");
  EXPECT_EQ(Of400(R"({"statusCode":544})"), failed + ", statusCode 544");
  for (const std::string body :
       {"", "no JSON", "[]", "{}", "[404]", R"({"statusCode":null})", R"({"statusCode":"400"})",
        R"({"statusCode":"200"})", R"({"statusCode":304})", R"({"statusCode":600})",
        R"({"statusCode":"40"})", R"({"statusCode":"4040"})", R"({"statusCode":"404 "})",
        R"({"statusCode":-404})", R"({"statusCode":404.5})",
        R"({"statusCode":18446744073709552020})", R"({"error":{"statusCode":"404"}})"}) {
    EXPECT_EQ(Of400(body), rejected) << body;
  }
  EXPECT_EQ(Of400(R"({"statusCode":"404","message":")" + std::string(5000, 'x') + "\"}"), rejected);
}

TEST_F(Download, APartIsNoExport) {
  for (const Scene::End end : {Scene::End::kClose, Scene::End::kReset}) {
    stub.Play({Cut(Reply(200, "the export"), 4, end), Reply(200, "the export")});
    EXPECT_EQ(Fails(), "08006");
    EXPECT_EQ(stub.journal().back().Header("range"), "bytes=0-0");
  }
}

TEST_F(Download, APartBecauseStorageGoesAwayIsAnOutage) {
  const Scene cut = Cut(Reply(200, "the export"), 4);
  for (const Scene& then : {Reply(503, ""), Scene{"", Scene::End::kReset}}) {
    stub.Play({cut, then});
    EXPECT_EQ(Fails(), "57P03");
  }
}

TEST_F(Download, AFullDiskIsWaitedFor) {
  stub.Play({Reply(200, "the export")});
  std::FILE* const full = std::fopen("/dev/full", "w");
  EXPECT_THROW(
      DownloadObject(endpoint, Of(User(), "export.zip"), User(), "", fileno(full), waiting),
      ServerUnavailable);
  std::fclose(full);
}

TEST_F(Download, AnOutageIsWaitedFor) {
  stub.Play({Scene{"", Scene::End::kReset}});
  EXPECT_EQ(Fails(), "57P03");
  stub.Play({Cut(Reply(503, "try later"), 4)});
  EXPECT_EQ(Fails(), "57P03");
  endpoint.url = "http://127.0.0.1:1";
  EXPECT_EQ(Fails(), "57P03");
}

TEST_F(Download, TooLargeEndsAtOnceAndNamesTheSetting) {
  stub.Play({Reply(200, std::string(4097, 'x'))});
  endpoint.max_bytes = 4096;
  endpoint.limit = "temp_file_limit";
  const Error error = Failure();
  EXPECT_EQ(error.sqlstate(), "54000");
  EXPECT_STREQ(error.what(), "stored export is larger than 4 kB");
  EXPECT_EQ(error.hint(), "Raise temp_file_limit, or store a smaller export.");
  endpoint.max_bytes = 4097;
  Get();
}

TEST_F(Download, AKeyOfTwoLinesIsNotSent) {
  endpoint.key = [] { return std::string("service\nx-evil: 1"); };
  EXPECT_THROW(Get(), Error);
  EXPECT_EQ(stub.journal().size(), 0U);
}

TEST_F(Download, CanBeInterrupted) {
  stub.Play({Scene{"", Scene::End::kHang}});
  waiting = [&] {
    if (!stub.journal().empty()) throw PassStopped("stop", "Reload.");
  };
  EXPECT_EQ(Fails(), "57P01");
  EXPECT_TRUE(stub.AwaitGivenUp(1));
}

}  // namespace
}  // namespace soulprint
