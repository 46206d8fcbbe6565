// Numbers by their form and their check digits; secrets_test.cpp has more of them.

#include "pipeline/check_digits.hpp"

#include <gtest/gtest.h>

namespace soulprint {
namespace {

TEST(CheckDigits, Cards) {
  for (const char* const text :
       {"4111111111111111", "4111 1111 1111 1111", "(4111-1111-1111-1111)", "5555555555554444",
        "2223003122003222", "378282246310005", "3782 822463 10005", "30569309025904",
        "6011111111111117", "3530111333300000", "6222021234567890123 or 4111111111111111",
        "12 4111 1111 1111 1111", "4111 1111 1111 1111 12/27"}) {
    EXPECT_TRUE(HoldsCardNumber(text)) << text;
  }
  for (const char* const text :
       {"4111111111111112", "+4111111111111111", "a4111111111111111", "41111111111111111111",
        "4111 11111111 1111", "1234567812345670", "Order 4111111111111111", "411111111111"}) {
    EXPECT_FALSE(HoldsCardNumber(text)) << text;
  }
}

TEST(CheckDigits, Accounts) {
  for (const char* const text :
       {"DE89370400440532013000", "de89370400440532013000", "GB82 WEST 1234 5698 7654 32 is it",
        "NL91 ABNA 0417 1643 00.", "NO93 8601 1117 947", "BE68 5390 0754 7034 KBC"}) {
    EXPECT_TRUE(HoldsIban(text)) << text;
  }
  for (const char* const text :
       {"DE89370400440532013001", "DE89 3704 00440532 013000", "xDE89370400440532013000",
        "DE89-3704-0044-0532-0130-00", "1DE89370400440532013000", "DE89"}) {
    EXPECT_FALSE(HoldsIban(text)) << text;
  }
}

TEST(CheckDigits, IdentityNumbers) {
  for (const char* const text :
       {"123-45-6789", "11010519491231002X", "11010519491231002x", "529.982.247-25",
        "RSSMRA85T10A562S", "900101-1234567", "PAN ABCDE1234F"}) {
    EXPECT_TRUE(HoldsIdentityNumber(text)) << text;
  }
  for (const char* const text :
       {"000-45-6789", "666-45-6789", "900-45-6789", "123-00-6789", "123-45-0000", "1-123-45-6789",
        "123-45-67890", "part number 123-45-6789", "110105194912310021", "11010518491231002X",
        "529.982.247-26", "RSSMRA85T10A562", "901301-1234567", "900101-9234567", "ABCDE1234F"}) {
    EXPECT_FALSE(HoldsIdentityNumber(text)) << text;
  }
}

}  // namespace
}  // namespace soulprint
