#include "pg/text.hpp"

#include "pg/call.hpp"
#include "util/error.hpp"
#include "util/format.hpp"

namespace soulprint::pg {

namespace {

// Copies a C string of Postgres's and frees it.
std::string Take(char* text) {
  std::string copy(text);
  Call([&] { pfree(text); });
  return copy;
}

}  // namespace

std::string FromText(Datum value) {
  text* const packed = Call([&] { return DatumGetTextPP(value); });
  std::string copy(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));
  if (PointerGetDatum(packed) != value) Call([&] { pfree(packed); });
  return copy;
}

Datum ToText(std::string_view value) {
  if (value.size() > MaxAllocSize - VARHDRSZ) {
    throw Error(sqlstate::kProgramLimitExceeded, "result is larger than 1 GB")
        .Detail(Format("It has {} bytes.", value.size()))
        .Hint("Ask for less.");
  }
  return Call([&] {
    auto const length = static_cast<int>(value.size());
    pg_verifymbstr(value.data(), length, false);
    return PointerGetDatum(cstring_to_text_with_len(value.data(), length));
  });
}

std::optional<Datum> ToTextOrNull(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  return ToText(*value);
}

Datum ToTextArray(const std::vector<std::string>& texts) {
  auto* elements =
      static_cast<Datum*>(Call([&] { return palloc((texts.size() + 1) * sizeof(Datum)); }));
  for (std::size_t i = 0; i < texts.size(); ++i) elements[i] = ToText(texts[i]);
  return Call([&] {
    return PointerGetDatum(construct_array(elements, static_cast<int>(texts.size()), TEXTOID, -1,
                                           false, TYPALIGN_INT));
  });
}

void ForEachJsonb(
    Datum datum, const std::function<void(std::optional<Datum> element, std::size_t bytes)>& give) {
  struct Element {
    Datum value;
    bool null;
    bool found;
  };
  ArrayType* const array = Call([&] { return DatumGetArrayTypeP(datum); });
  const ArrayIterator elements = Call([&] { return array_create_iterator(array, 0, nullptr); });
  for (;;) {
    const Element element = Call([&] {
      Element e;
      e.found = array_iterate(elements, &e.value, &e.null);
      return e;
    });
    if (!element.found) return;
    give(element.null ? std::nullopt : std::optional(element.value), VARSIZE(array));
  }
}

Datum ToJsonb(const std::string& json) {
  return Call([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.c_str())); });
}

std::optional<Datum> ToTimestamp(std::optional<std::int64_t> time) {
  constexpr std::int64_t kDays = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;
  if (!time) return std::nullopt;
  return TimestampTzGetDatum(*time - kDays * USECS_PER_DAY);
}

std::string FromUuid(Datum uuid) {
  return Take(Call([&] { return DatumGetCString(DirectFunctionCall1(uuid_out, uuid)); }));
}

std::string_view FromBytea(Datum value) {
  bytea* const packed = Call([&] { return DatumGetByteaPP(value); });
  return {VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed)};
}

RowSet::RowSet(FunctionCallInfo fcinfo) : caller_(CurrentMemoryContext) {
  row_ = Call([&] {
    InitMaterializedSRF(fcinfo, 0);
    return AllocSetContextCreate(CurrentMemoryContext, "soulprint row", ALLOCSET_DEFAULT_SIZES);
  });
  auto* const result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  store_ = result->setResult;
  columns_ = result->setDesc;
  MemoryContextSwitchTo(row_);
}

RowSet::~RowSet() {
  MemoryContextSwitchTo(caller_);
  MemoryContextDelete(row_);
}

void RowSet::Add(std::initializer_list<std::optional<Datum>> values) {
  const auto count = static_cast<std::size_t>(columns_->natts);
  if (values.size() != count) {
    throw Error(sqlstate::kInternalError, "row has " + std::to_string(values.size()) +
                                              " values, its function declares " +
                                              std::to_string(count) + " columns");
  }
  Call([&] {
    auto* datums = static_cast<Datum*>(palloc0(count * sizeof(Datum)));
    auto* nulls = static_cast<bool*>(palloc0(count * sizeof(bool)));
    std::size_t column = 0;
    for (const std::optional<Datum>& value : values) {
      nulls[column] = !value.has_value();
      datums[column++] = value.value_or(0);
    }
    tuplestore_putvalues(store_, columns_, datums, nulls);
    MemoryContextReset(row_);
    CHECK_FOR_INTERRUPTS();
  });
}

}  // namespace soulprint::pg
