#include "export/left_out.hpp"

#include "export/archive_names.hpp"
#include "util/format.hpp"
#include "util/text.hpp"
#include "util/visible.hpp"

namespace soulprint {
namespace {

constexpr std::size_t kListed = 100;
constexpr std::size_t kAlike = 20;
constexpr std::size_t kLeftOutNameCharacters = 60;
constexpr std::size_t kEndingBytes = 10;

// "*.png"; "" if the name has no short ending.
std::string EndingOf(std::string_view path) {
  const std::string_view name = BaseName(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot > kEndingBytes) return "";
  return "*" + Quoted(LowerAscii(name.substr(dot)));
}

}  // namespace

std::string ShownName(std::string_view path) {
  const bool is_long = path.size() > 2 * kLeftOutNameCharacters;
  return Truncate(Quoted(is_long ? BaseName(path) : path), 2 * kLeftOutNameCharacters);
}

void LeftOut::Add(std::string_view path, std::string_view why) {
  if (listed_.size() < kListed) {
    listed_.push_back(Format("{} ({})", ShownName(path), why));
  } else {
    ++more_;
  }
}

void LeftOut::AddAlike(std::string_view path, std::string_view why) {
  const std::string ending = EndingOf(path);
  const std::string key = Format("{}:{}", ending, why);
  const auto found = alike_.find(key);
  if (found != alike_.end()) {
    ++found->second.count;
  } else if (alike_.size() < kAlike) {
    alike_[key] = {ShownName(path), ending, std::string(why), 1};
  } else {
    ++more_;
  }
}

std::vector<std::string> LeftOut::List() const {
  std::vector<std::string> list = listed_;
  for (const auto& [key, alike] : alike_) {
    const std::string others = alike.count > 1
                                   ? Format(" and {} more {}", alike.count - 1,
                                            alike.ending.empty() ? "files" : alike.ending)
                                   : "";
    list.push_back(Format("{}{} ({})", alike.first, others, alike.why));
  }
  if (more_ > 0) list.push_back(Format("{} more files", more_));
  return list;
}

}  // namespace soulprint
