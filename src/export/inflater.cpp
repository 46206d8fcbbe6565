#include "export/inflater.hpp"

#include <algorithm>
#include <new>

#include "util/format.hpp"

namespace soulprint {
namespace {

constexpr int kRawWindow = -MAX_WBITS;
constexpr int kGzipWindow = MAX_WBITS + 16;  // zlib: with a gzip header and trailer

}  // namespace

Inflater::Inflater(Form form, ByteReader* in) : form_(form), in_(in), out_(kBlockBytes) {
  const int result = inflateInit2(&stream_, form == Form::kGzip ? kGzipWindow : kRawWindow);
  if (result != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_); }

std::string_view Inflater::Read() {
  while (!ended_) {
    const std::string_view in = in_->Peek().substr(0, kBlockBytes);
    if (in.empty()) ThrowTruncated("It ends in compressed bytes.");
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
    stream_.avail_out = static_cast<uInt>(out_.size());
    const int result = inflate(&stream_, Z_NO_FLUSH);
    in_->Drop(in.size() - stream_.avail_in);
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      const char* const reason = stream_.msg == nullptr ? "invalid data" : stream_.msg;
      ThrowDamaged(Format("Compressed bytes in it are damaged: {}.", reason));
    }
    ended_ = result == Z_STREAM_END && !BeginsAnother();
    const std::size_t size = out_.size() - stream_.avail_out;
    if (size > 0) return {out_.data(), size};
  }
  return {};
}

bool Inflater::BeginsAnother() {
  if (form_ != Form::kGzip || !in_->Peek(2).starts_with("\x1F\x8B")) return false;
  inflateReset(&stream_);
  return true;
}

}  // namespace soulprint
