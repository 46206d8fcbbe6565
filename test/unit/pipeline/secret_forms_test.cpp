// Secrets that are known by their form, and what only looks like one.

#include "pipeline/secret_forms.hpp"

#include <gtest/gtest.h>

#include <string>

namespace soulprint {
namespace {

// Literals in two parts keep scanners of repositories quiet: none of these was ever valid.
std::string Key(const std::string& begin, const std::string& rest) { return begin + rest; }

TEST(HoldsSecretForm, KeysAndTokens) {
  for (const std::string& text :
       {Key("sk-", "proj-a8Kd93mfLq02nXcV7bRtY5uW"),
        "Uses the key " + Key("sk-", "ant-api03-Zk39fjQm2LxP8vTr") + " in scripts",
        Key("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"), Key("AKIA", "IOSFODNN7EXAMPLE"),
        Key("ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"), Key("glpat-", "x9Yb2Kq7Lm4Nz1Wc8Rv"),
        Key("xoxb-", "2048912-7712340-aBcDeFgH12"),
        Key("AIza", "SyD8f3kQ9mLx27vTrYbNc4WzKp1JhGe5Uo"),
        Key("hf_", "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"),
        Key("github_pat_", "11ABCDEFG0aBcDeFgHiJ_kLmNoPqRs"),
        Key("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r"),
        std::string("-----BEGIN RSA PRIVATE KEY----- MIIEow"),
        std::string("-----BEGIN OPENSSH PRIVATE KEY-----"),
        std::string("wJalrXUtnFEMI/K7MDENG/bPxRfiCYzK3x8Q2mLp"),
        std::string("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"),
        Key("GOCSPX-", "a8Kd93mfLq02nXcV7bRtY5uW"), Key("SK", "9f86d081884c7d659a2feaa0c55ad015"),
        std::string("postgres://admin:hunter2@db.example.com/app"),
        std::string("https://hooks.slack.com/services/T01/B02/8fj39dkq02mz")}) {
    EXPECT_TRUE(HoldsSecretForm(text)) << text;
  }
}

TEST(HoldsSecretForm, NumbersOfCardsAccountsAndPersons) {
  for (const char* const text : {"4111 1111 1111 1111",
                                 "Pays with 5500005555555559",
                                 "378282246310005",
                                 "2223003122003222",
                                 "30569309025904",
                                 "6221558812340000009",
                                 "(4111-1111-1111-1111)",
                                 "12 4111 1111 1111 1111",
                                 "Visa-4111111111111111",
                                 "I mean 4111111111111111",
                                 "In order to pay you may use 4111 1111 1111 1111",
                                 "3782 822463 10005",
                                 "4111-1111-1111-1111, 12/27",
                                 "card 6011 1111 1111 1117 expires soon",
                                 "DE89 3704 0044 0532 0130 00",
                                 "IBAN GB82WEST12345698765432",
                                 "My account is nl91abna0417164300, use it",
                                 "FR14 2004 1010 0505 0001 3M02 606",
                                 "BE68 5390 0754 7034 is the account",
                                 "IBAN: GB82 WEST 1234 5698 7654 32.",
                                 "DE89-3704-0044-0532-0130-00",
                                 "SSN 123-45-6789",
                                 "078-05-1120",
                                 "身份证号：11010519491231002X",
                                 "11010519491231002X",
                                 "11010519491231002x",
                                 "440308200101101512",
                                 "Rssmra85t10a562s",
                                 "CPF 111.444.777-35",
                                 "529.982.247-25",
                                 "codice fiscale RSSMRA85T10A562S",
                                 "900101-1234567"}) {
    EXPECT_TRUE(HoldsSecretForm(text)) << text;
  }
}

TEST(HoldsSecretForm, OtherNumbersAndLongWordsAreNone) {
  for (const char* const text :
       {"+4111111111111111",
        "Order number 4111111111111111",
        "Commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b broke it",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "550e8400-e29b-41d4-a716-446655440000",
        "AbstractSingletonProxyFactoryBean2024Implementation",
        "/home/ana/Projects/Soulprint2024/src/Components/MainButton.tsx",
        "https://docs.google.com/document/d/1AbC2dEfG3hIjK4lMnO5pQrS6tUvW7xYz8/edit",
        "https://youtu.be/1AbC2dEfG3h",
        "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M",
        "how-to-plan-a-garden-in-3-steps-for-beginners-2024-edition",
        "1111 2222 3333 4444",
        "4111 1111 1111 1112",
        "4111111111111112",
        "a4111111111111111",
        "41111111111111111111",
        "20240512102235",
        "Paid 1021 euros for the garden",
        "Order nr-4111111111111111",
        "sk-learn-pipeline-tutorial",
        "Types on an sk-100 keyboard",
        "donaudampfschifffahrtselektrizitaeten2024",
        "ssh://git@github.com/ana/soulprint",
        "https://example.com:8080/@ana",
        "411111111111",
        "1234567812345670",
        "DE89370400440532013001",
        "xDE89370400440532013000",
        "1-123-45-6789",
        "123-45-67890",
        "529.982.247-2",
        "110105184912310021",
        "RSSMRA85T10A562",
        "ce81-cd70-4894-9e51-0a84ebd6d4d2",
        "Bought the SSD MZVL21T0HCLR00B00",
        "41 1111 1111 1111 11",
        "1234567890123456",
        "DE12 3456 7890 1234 5678 90",
        "1dc23631-cd70-4894-9e51-0a84ebd6d4d2/files/0e0981c2-1224-4b1c-aeab-42529485a35e",
        "IMEI 353918057123458",
        "123-45-678",
        "Part number 123-45-6789",
        "order 123-45-6789",
        "r1bqkb1r/pp1n1ppp/2p1pn2/8/2BP4/2N2N2/PP3PPP/R1BQKB1R",
        "Screenshot_2024-05-12-10-22-33-123_com.example.app.png"}) {
    EXPECT_FALSE(HoldsSecretForm(text)) << text;
  }
}

}  // namespace
}  // namespace soulprint
