// Writes the document as text from the start: freeing many JSON values takes long.

#include "pipeline/facts_document.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/facts.hpp"
#include "util/dump_json.hpp"
#include "util/format.hpp"
#include "util/interrupts.hpp"
#include "util/time.hpp"

namespace soulprint {

using nlohmann::ordered_json;

ordered_json FactItem(const Fact& fact) {
  ordered_json item = FactToObject(fact);
  if (fact.importance != Fact().importance) item["importance"] = fact.importance;
  if (const Time said = LastSaid(fact)) item["said"] = FormatDate(said);
  for (const Former& former : fact.before) {
    ordered_json before = {{"text", former.text}};
    if (former.said) before["said"] = FormatDate(former.said);
    item["before"].push_back(std::move(before));
  }
  return item;
}

std::string FactsDocument(const std::vector<Fact>& facts) {
  std::map<Category, std::string> lists;
  Time newest;
  for (const Fact& fact : facts) {
    CheckForInterrupts();
    std::string& list = lists[fact.category];
    if (!list.empty()) list += ',';
    list += DumpJson(FactItem(fact));
    newest = std::max(newest, LastSaid(fact));
  }
  std::string document = "{";
  if (newest) document += Format("\"newest\":\"{}\",", FormatDate(newest));
  document += "\"facts\":{";
  for (const Category category : kCategories) {
    if (category != kCategories.front()) document += ',';
    document += Format("\"{}\":[{}]", CategoryName(category), lists[category]);
  }
  return document + "}}";
}

}  // namespace soulprint
