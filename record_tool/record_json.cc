#include "record_tool/record_json.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

Json ToJson(const Message& message);

Json Text(const FieldDescriptor& field, const std::string& value) {
  if (field.type() != FieldDescriptor::TYPE_BYTES) return value;
  return absl::StrCat("<", value.size(), " bytes>");
}

// The field's value; of a repeated field its i-th.
Json Value(const Message& message, const FieldDescriptor* field, int i) {
  const Reflection& reflection = *message.GetReflection();
  const auto value = [&](auto single, auto repeated) {
    return field->is_repeated() ? (reflection.*repeated)(message, field, i)
                                : (reflection.*single)(message, field);
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return value(&Reflection::GetInt32, &Reflection::GetRepeatedInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return value(&Reflection::GetInt64, &Reflection::GetRepeatedInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return value(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return value(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return value(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return value(&Reflection::GetFloat, &Reflection::GetRepeatedFloat);
    case FieldDescriptor::CPPTYPE_BOOL:
      return value(&Reflection::GetBool, &Reflection::GetRepeatedBool);
    case FieldDescriptor::CPPTYPE_ENUM:
      return value(&Reflection::GetEnum, &Reflection::GetRepeatedEnum)->name();
    case FieldDescriptor::CPPTYPE_STRING:
      return Text(*field, value(&Reflection::GetString,
                                &Reflection::GetRepeatedString));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToJson(field->is_repeated()
                        ? reflection.GetRepeatedMessage(message, field, i)
                        : reflection.GetMessage(message, field));
  }
  return nullptr;
}

Json ToJson(const Message& message) {
  Json json = Json::object();
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      json[field->name()] = Value(message, field, 0);
      continue;
    }
    Json list = Json::array();
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      list.push_back(Value(message, field, i));
    }
    json[field->name()] = std::move(list);
  }
  return json;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> NewRecord(
    absl::string_view record_type) {
  // Naming the pool of records.proto also makes sure that it is linked.
  const google::protobuf::Descriptor* descriptor =
      v1::ImageRecord::descriptor()->file()->pool()->FindMessageTypeByName(
          std::string(record_type));
  if (descriptor == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("there is no record type \"", record_type,
                     "\", expected one of proto/records.proto, e.g. ",
                     v1::ImageRecord::descriptor()->full_name()));
  }
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(descriptor)
          ->New());
}

std::string RecordToJson(const Message& record) {
  // Ids come from file names, which need not be UTF-8.
  return ToJson(record).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace maskfill
