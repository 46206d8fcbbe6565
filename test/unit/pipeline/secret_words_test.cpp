// A value counts for the name that it is said of; secrets_test.cpp has more of them.

#include "pipeline/secret_words.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(HoldsNamedSecret, EachKindBelievesItsOwnValues) {
  for (const char* const text :
       {"password: swordfish", "pass: tiger99", "api key: 8842kfjq-mm29x8", "PIN 4821", "CVV 123",
        "mnemonic: ripple market salad ocean tiger window planet copper silver garden bridge "
        "violin",
        "passport X1234567"}) {
    EXPECT_TRUE(HoldsNamedSecret(text)) << text;
  }
  for (const char* const text :
       {"pass: swordfish", "api key: swordfish", "PIN 482", "CVV 12345", "PIN swordfish",
        "mnemonic: ripple market salad ocean tiger window planet copper silver garden bridge",
        "passport swordfish", "passport 1234"}) {
    EXPECT_FALSE(HoldsNamedSecret(text)) << text;
  }
}

TEST(HoldsNamedSecret, NamesAreWholeWords) {
  EXPECT_FALSE(HoldsNamedSecret("spinning 4821 threads"));
  EXPECT_FALSE(HoldsNamedSecret("passwordless: tiger99"));
  EXPECT_FALSE(HoldsNamedSecret("épin 4821"));
  EXPECT_TRUE(HoldsNamedSecret("wifi-password: tiger99"));
  EXPECT_TRUE(HoldsNamedSecret("WIFI_PASSWORD=tiger99"));
  EXPECT_TRUE(HoldsNamedSecret("我的密码tiger99"));
}

TEST(HoldsNamedSecret, AValueBelongsToItsName) {
  EXPECT_TRUE(HoldsNamedSecret("The password of the old laptop is tiger99"));
  EXPECT_FALSE(HoldsNamedSecret("The password manager is Tiger99"));
  EXPECT_TRUE(HoldsNamedSecret("tiger99 is the password"));
  EXPECT_FALSE(HoldsNamedSecret("The router is an AX3000; its password was printed below"));
}

}  // namespace
}  // namespace soulprint
