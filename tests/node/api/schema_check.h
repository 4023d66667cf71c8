// Holds JSON against the subset of JSON Schema that the OpenAPI document uses. Stricter in one
// point: a document may have no member that its schema does not list, so that nothing is answered
// that is not described.
#pragma once

#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

namespace node::api {

class SchemaCheck {
 public:
  explicit SchemaCheck(const nlohmann::json& openapi) : openapi_(openapi) {}

  // What does not fit, each with its path; empty: all fits.
  std::vector<std::string> faults(const std::string& schema, const nlohmann::json& value) {
    faults_.clear();
    check({{"$ref", "#/components/schemas/" + schema}}, value, schema);
    return faults_;
  }

 private:
  void fault(const std::string& path, const std::string& what) {
    faults_.push_back(path + ": " + what);
  }

  void check(const nlohmann::json& schema, const nlohmann::json& value, const std::string& path) {
    if (schema.contains("$ref")) {
      const nlohmann::json::json_pointer pointer(schema["$ref"].get<std::string>().substr(1));
      if (!openapi_.contains(pointer)) return fault(path, "unresolved reference");
      return check(openapi_[pointer], value, path);
    }
    // Something or nothing: the first choice, or null.
    if (schema.contains("anyOf")) {
      if (!value.is_null()) check(schema["anyOf"][0], value, path);
      return;
    }
    if (schema.contains("type") && schema["type"].is_array()) {
      nlohmann::json first = schema;
      first["type"] = schema["type"][0];
      if (!value.is_null()) check(first, value, path);
      return;
    }
    const std::string type = schema.value("type", "");
    if (type == "object") return check_object(schema, value, path);
    if (type == "array") {
      if (!value.is_array()) return fault(path, "not an array");
      if (value.size() < schema.value("minItems", std::size_t{0})) fault(path, "too short");
      if (value.size() > schema.value("maxItems", value.size())) fault(path, "too long");
      for (std::size_t i = 0; i < value.size(); ++i) {
        check(schema["items"], value[i], path + "[" + std::to_string(i) + "]");
      }
      return;
    }
    if (type == "boolean" && !value.is_boolean()) return fault(path, "not a boolean");
    if (type == "integer" && !value.is_number_unsigned()) return fault(path, "not a number");
    if (type != "string") return;
    if (!value.is_string()) return fault(path, "not a string");
    const std::string text = value.get<std::string>();
    if (schema.contains("pattern") &&
        !std::regex_match(text, std::regex(schema["pattern"].get<std::string>()))) {
      fault(path, "does not match its pattern: " + text);
    }
    if (schema.value("format", "") == "date-time" &&
        !std::regex_match(text, std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?Z"))) {
      fault(path, "is no time: " + text);
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      fault(path, "not one of its values: " + text);
    }
  }

  void check_object(const nlohmann::json& schema, const nlohmann::json& value,
                    const std::string& path) {
    if (!value.is_object()) return fault(path, "not an object");
    for (const auto& name : schema.value("required", nlohmann::json::array())) {
      if (!value.contains(name.get<std::string>())) fault(path, "lacks " + name.dump());
    }
    for (const auto& [name, member] : value.items()) {
      if (!schema["properties"].contains(name)) {
        fault(path, "has " + name + ", which is not described");
        continue;
      }
      check(schema["properties"][name], member, path + "." + name);
    }
  }

  const nlohmann::json& openapi_;
  std::vector<std::string> faults_;
};

}  // namespace node::api
