// A value counts for the name that it is said of; secrets_test.cpp has more of them.

#include "pipeline/secret_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>

#include "pipeline/secret_lists.hpp"
#include "util/text.hpp"

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

TEST(HoldsNamedSecret, TheListsAreFoldedAndHoldNothingTwice) {
  std::set<std::string_view> names;
  const auto expect_folded = [](std::string_view word) { EXPECT_EQ(FoldCase(word), word); };
  const auto expect_names = [&](const auto& list) {
    for (std::string_view word : list) {
      expect_folded(word);
      EXPECT_TRUE(names.insert(word).second) << word;
    }
  };
  expect_names(kPasswords);
  expect_names(kCodes);
  expect_names(kKeys);
  expect_names(kPins);
  expect_names(kCardCodes);
  expect_names(kPhrases);
  expect_names(kPassports);
  expect_names(kDocuments);
  expect_names(kMoreDocuments);
  std::for_each(std::begin(kVerbs), std::end(kVerbs), expect_folded);
  std::for_each(std::begin(kPrepositions), std::end(kPrepositions), expect_folded);
  std::for_each(std::begin(kFillers), std::end(kFillers), expect_folded);
  std::for_each(std::begin(kNext), std::end(kNext), expect_folded);
  std::for_each(std::begin(kQualities), std::end(kQualities), expect_folded);
  std::for_each(std::begin(kTechnology), std::end(kTechnology), expect_folded);
}

TEST(HoldsNamedSecret, CaseAndWidthMakeNoDifference) {
  EXPECT_TRUE(HoldsNamedSecret("ПАРОЛЬ: ZIMA2024"));
  EXPECT_TRUE(HoldsNamedSecret("CONTRASEÑA: GATO1234"));
  EXPECT_TRUE(HoldsNamedSecret("ＰＩＮ：４８２１"));
  EXPECT_TRUE(HoldsNamedSecret("Κωδικός: zeus2024"));
  EXPECT_TRUE(HoldsNamedSecret("DAS PASSWORT HEISST SONNE77"));
  EXPECT_FALSE(HoldsNamedSecret("ΚΩΔΙΚΌΣ"));
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
