#include "tools/import/mapping.h"

#include <gtest/gtest.h>

#include "tests/tools/import/import_files.h"
#include "tools/import/codes.h"
#include "tools/import/ready_mappings.h"

namespace tools {
namespace {

// The error of the shop's mapping after `from` became `to`.
Error error_with(const std::string& from, const std::string& to) {
  std::string toml = kShopMapping;
  const std::size_t at = toml.find(from);
  CHECK(at != std::string::npos);
  toml.replace(at, from.size(), to);
  const Result<Mapping> mapping = read_mapping(toml, {});
  EXPECT_FALSE(mapping.has_value()) << to;
  return mapping ? Error{} : mapping.error();
}

TEST(Mapping, IsReadWhole) {
  const Mapping mapping = mapping_of(kShopMapping);

  EXPECT_EQ(mapping.title, "Shop");
  EXPECT_EQ(mapping.columns.size(), 4U);
  EXPECT_EQ(mapping.values.size(), 2U);
  EXPECT_EQ(mapping.records.size(), 1U);
  EXPECT_TRUE(mapping.uses_row_id);
  EXPECT_FALSE(mapping.encoding.has_value());
}

TEST(Mapping, TakesParametersAndKnowsThemInItsHash) {
  const Mapping usual = mapping_of(kShopMapping);
  const Mapping other = mapping_of(kShopMapping, {{"recorder", "other"}});

  EXPECT_EQ(other.parameters.at("recorder"), "other");
  EXPECT_NE(usual.text_sha256, other.text_sha256);
  EXPECT_EQ(usual.text_sha256, mapping_of(kShopMapping).text_sha256);
  const Result<Mapping> wrong = read_mapping(kShopMapping, {{"recoder", "x"}});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, "E-MAP-REFERENCE");
  EXPECT_EQ(wrong.error().hint, "Did you mean \"recorder\"?");
}

TEST(Mapping, RefusesWhatIsNotToml) {
  const Error error = error_with("title = \"Shop\"", "title = ");
  EXPECT_EQ(error.code, "E-MAP-READ");
  EXPECT_NE(error.message.find("line 3"), std::string::npos) << error.message;
}

TEST(Mapping, RefusesTomlThatTheLibraryCannotRead) {
  const Error letter = error_with("[columns]",
                                  "[columns]\ngr\xC3\xB6\xC3\x9F"
                                  "e = \"x\"");
  EXPECT_EQ(letter.code, "E-MAP-READ");
  EXPECT_NE(letter.message.find("line 7"), std::string::npos) << letter.message;
  for (const char* header : {"[}columns]", "[[ =x]]", "[", "[[", "  [)x]", "[.x]", "[]"}) {
    EXPECT_EQ(error_with("[columns]", header).code, "E-MAP-READ") << header;
  }
  EXPECT_EQ(error_with("\"Shop\"", "\"\"\"Shop\"\"\"").code, "E-MAP-READ");
  EXPECT_EQ(error_with("\"Shop\"", "'''Shop'''").code, "E-MAP-READ");
  EXPECT_EQ(error_with("\"Shop\"", "\"Shop\\\" \xC3\xB6").code, "E-MAP-READ");
}

TEST(Mapping, TakesAnyLetterInTextsAndComments) {
  std::string toml = kShopMapping;
  toml.replace(toml.find("\"Shop\""), 6,
               "'Gr\xC3\xB6\xC3\x9F"
               "e' # gr\xC3\xB6\xC3\x9F"
               "er");
  toml.replace(toml.find("\"Item\""), 6, "\"\xE5\x93\x81\\\"\"");

  toml.replace(toml.find("\"Buyer\""), 7, "[\n  \"Buyer\", # ]\n]");
  EXPECT_EQ(mapping_of("\xEF\xBB\xBF" + toml).title,
            "Gr\xC3\xB6\xC3\x9F"
            "e");
}

TEST(Mapping, RefusesAnotherSchema) {
  EXPECT_EQ(error_with("greenledger.mapping/1", "greenledger.mapping/9").code, "E-MAP-READ");
}

TEST(Mapping, SuggestsTheKeyThatIsMeant) {
  const Error top = error_with("[columns]", "[colums]");
  EXPECT_EQ(top.code, "E-MAP-KEY");
  EXPECT_EQ(top.hint, "Did you mean \"columns\"?");
  EXPECT_EQ(error_with("subject =", "subjekt =").hint, "Did you mean \"subject\"?");
  EXPECT_EQ(error_with("steps = [\"number\"]", "stepps = [\"number\"]").hint,
            "Did you mean \"steps\"?");
  EXPECT_EQ(error_with("\"number\"", "\"numbr\"").hint, "Did you mean \"number\"?");
}

TEST(Mapping, RefusesValuesOfTheWrongType) {
  EXPECT_EQ(error_with("title = \"Shop\"", "title = 5").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("buyer = \"Buyer\"", "buyer = 5").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("buyer = \"Buyer\"", "buyer = { header = \"B\", optional = 1 }").code,
            "E-MAP-TYPE");
  EXPECT_EQ(error_with("steps = [\"number\"]", "steps = \"number\"").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("steps = [\"number\"]", "steps = [{ number = \"x\" }]").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("[[record]]", "[record]").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("from = \"{count}\"", "").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("\"{buyer}\"", "\"{buyer\"").code, "E-MAP-TYPE");
  EXPECT_EQ(error_with("{ date = [\"YYYY-MM-DD\"] }", "{ date = [\"D.M.YY\"] }").code,
            "E-MAP-TYPE");
  EXPECT_EQ(error_with("[columns]", "[source]\ndelimiter = \":\"\n[columns]").code, "E-MAP-TYPE");
}

TEST(Mapping, RefusesNamesThatNothingDefines) {
  const Error error = error_with("\"{buyer}\"", "\"{buyers}\"");
  EXPECT_EQ(error.code, "E-MAP-REFERENCE");
  EXPECT_EQ(error.hint, "Did you mean \"buyer\"?");
  EXPECT_EQ(error_with("steps = [\"number\"]", "steps = [{ lookup = \"none\" }]").code,
            "E-MAP-REFERENCE");
  EXPECT_EQ(error_with("steps = [\"number\"]", "steps = [{ brand = \"none\" }]").code,
            "E-MAP-REFERENCE");
  EXPECT_EQ(error_with("[record.fields]", "use = \"none\"\n[record.fields]").code,
            "E-MAP-REFERENCE");
}

TEST(Mapping, RefusesANameGivenTwiceAndACircle) {
  EXPECT_EQ(error_with("[values.quantity]", "[values.count]").code, "E-MAP-REFERENCE");
  EXPECT_EQ(error_with("from = \"{count}\"", "from = \"{quantity}\"").code, "E-MAP-REFERENCE");
}

TEST(Mapping, RefusesFieldsAndKindsThatDoNotExist) {
  const Error field = error_with("\"buyer.name\"", "\"buyer.nmae\"");
  EXPECT_EQ(field.code, "E-MAP-FIELD");
  EXPECT_EQ(field.hint, "Did you mean \"name\"?");
  EXPECT_EQ(error_with("\"buyer.name\"", "buyer").code, "E-MAP-FIELD");
  EXPECT_EQ(error_with("\"buyer.name\"", "\"buyer.name.first\"").code, "E-MAP-FIELD");
  EXPECT_EQ(error_with("\"buyer.name\"", "\"amounts.value\"").code, "E-MAP-FIELD");
  EXPECT_EQ(error_with("\"buyer.name\"", "\"amounts[GIFT].value\"").code, "E-MAP-FIELD");
  const Error kind = error_with("kind = \"purchase\"", "kind = \"purchases\"");
  EXPECT_EQ(kind.code, "E-MAP-FIELD");
  EXPECT_EQ(kind.hint, "Did you mean \"purchase\"?");
}

TEST(Mapping, RefusesAnEncodingThatNobodyKnows) {
  EXPECT_EQ(error_with("[columns]", "[source]\nencoding = \"ebcdic\"\n[columns]").code,
            "E-ENCODING-NAME");
}

TEST(MappingFile, TakesAnotherWithParametersOfItsOwn) {
  const ImportFolder folder;
  folder.write("shop.toml", kShopMapping);
  const std::string path =
      folder.write("my shop.toml",
                   "schema = \"greenledger.mapping/1\"\ntitle = \"Mine\"\nbase = \"shop.toml\"\n"
                   "[parameters]\nrecorder = \"mine\"\n");

  const Result<Mapping> mapping = read_mapping_file(path, {});
  ASSERT_TRUE(mapping.has_value()) << mapping.error().message;
  EXPECT_EQ(mapping->title, "Mine");
  EXPECT_EQ(mapping->parameters.at("recorder"), "mine");
  EXPECT_EQ(read_mapping_file(path, {{"recorder", "hers"}})->parameters.at("recorder"), "hers");
  EXPECT_EQ(read_mapping_file(folder.path("shop.toml"), {})->title, "Shop");
}

TEST(MappingFile, SaysWhatIsWrongWithIt) {
  const ImportFolder folder;
  const auto code = [&](const std::string& text) {
    const Result<Mapping> mapping = read_mapping_file(folder.write("m.toml", text), {});
    return mapping ? "" : mapping.error().code;
  };

  EXPECT_EQ(code("base ="), "E-MAP-READ");
  EXPECT_EQ(code("schema = \"greenledger.mapping/1\"\nbase = \"none.toml\""), "E-IMPORT-FILE");
  EXPECT_EQ(code("schema = \"greenledger.mapping/1\"\nbase = \"../m.toml\""), "E-MAP-TYPE");
  EXPECT_EQ(code("schema = \"greenledger.mapping/1\"\nbase = \"m.toml\"\n[columns]"), "E-MAP-KEY");
  EXPECT_EQ(read_mapping_file(folder.path("none.toml"), {}).error().code, "E-IMPORT-FILE");
}

TEST(ReadyMappings, CanAllBeReadByTheirNames) {
  EXPECT_EQ(ready_mappings().size(), 15U);
  for (const ReadyMapping& ready : ready_mappings()) {
    const Result<Mapping> mapping = read_mapping_named(std::string(ready.name), {});
    ASSERT_TRUE(mapping.has_value()) << ready.name << ": " << mapping.error().message;
    const std::string path =
        std::string(SOURCE_DIR) + "/tools/import/maps/" + std::string(ready.name) + ".toml";
    EXPECT_EQ(mapping->text_sha256, read_mapping_named(path, {})->text_sha256) << ready.name;
  }
  EXPECT_EQ(read_mapping_named("energy-star-computers-v8", {})->parameters.at("criteria"), "8.0");
}

TEST(ReadyMappings, SuggestTheNameThatIsMeant) {
  const Result<Mapping> mapping = read_mapping_named("smartwy", {});

  ASSERT_FALSE(mapping.has_value());
  EXPECT_EQ(mapping.error().code, "E-MAP-READ");
  EXPECT_EQ(mapping.error().hint, "Did you mean \"smartway\"?");
}

// ---- rows ------------------------------------------------------------------------------------

// Maps one line of cells by a mapping with the columns a, b and c.
class OneRow {
 public:
  explicit OneRow(const std::string& toml) {
    Result<RowMapper> made =
        RowMapper::make(mapping_of(kHead + toml), {"a", "b", "c"}, Encoding::utf8);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    mapper_ = std::make_unique<RowMapper>(std::move(*made));
  }

  crypto::Expected<MappedRow, Faults> map(std::vector<std::string> cells) {
    CsvRow row;
    row.starts = {0, 10, 20};
    row.cells = std::move(cells);
    return mapper_->map({&row, 7, std::string(64, '5'), "id-1"});
  }

  proto::Purchase purchase(std::vector<std::string> cells) {
    const auto mapped = map(std::move(cells));
    EXPECT_TRUE(mapped.has_value());
    return mapped ? mapped->records.at(0).purchase() : proto::Purchase();
  }

  // "code field" of each fault.
  std::vector<std::string> faults(std::vector<std::string> cells) {
    const auto mapped = map(std::move(cells));
    EXPECT_FALSE(mapped.has_value());
    std::vector<std::string> out;
    if (mapped) return out;
    for (const Reject& fault : mapped.error()) {
      out.push_back(std::string(fault.code.name) + " " + fault.field);
    }
    return out;
  }

  const RowMapper& mapper() const { return *mapper_; }

 private:
  static constexpr const char* kHead = R"(
schema = "greenledger.mapping/1"
title = "t"
[columns]
a = "a"
b = "b"
c = { header = ["missing", "c"], optional = true }
none = { header = "none", optional = true }
)";
  std::unique_ptr<RowMapper> mapper_;
};

const std::string kPurchase =
    "[[record]]\nkind = \"purchase\"\nsubject = [\"purchase\", \"{a}\"]\n[record.fields]\n";

TEST(RowMapper, TakesTheFirstChoiceThatIsStated) {
  OneRow row(kPurchase + "\"buyer.name\" = [\"buyer of {b}\", \"a buyer\"]\ndate = \"{none}\"\n");

  EXPECT_EQ(row.purchase({"1", "Albany", ""}).buyer().name(), "buyer of Albany");
  EXPECT_EQ(row.purchase({"1", " ", ""}).buyer().name(), "a buyer");
  EXPECT_EQ(row.purchase({"1", "", ""}).date(), "");
}

TEST(RowMapper, EncodesTheSegmentsOfTheSubject) {
  OneRow row(
      "[[record]]\nkind = \"purchase\"\nsubject = [\"purchase\", \"{a}\", \"{b}~{row.hash8}\""
      ", \"{row.number}\", \"{row.id}\", \"{row.hash16}\"]\n");

  const auto mapped = row.map({"x/y z", "\xC3\xA9", ""});

  ASSERT_TRUE(mapped.has_value());
  EXPECT_EQ(mapped->records.at(0).subject(),
            "purchase/x%2Fy%20z/%C3%A9~55555555/7/id-1/5555555555555555");
  EXPECT_EQ(mapped->records.at(0).place(), 1U);
}

TEST(RowMapper, RefusesARowWhoseRecordHasNoName) {
  OneRow row(kPurchase);

  EXPECT_EQ(row.faults({"", "", ""}), (std::vector<std::string>{"E-MAP-EMPTY a"}));
  EXPECT_EQ(row.faults({std::string(65, 'x'), "", ""}),
            (std::vector<std::string>{"E-SEGMENT-LONG a"}));
  EXPECT_TRUE(row.map({std::string(64, 'x'), "", ""}).has_value());
}

TEST(RowMapper, ReportsEveryFaultOfARowOnceWithItsColumn) {
  OneRow row(
      "[values.day]\nfrom = \"{b}\"\nsteps = [{ date = [\"YYYY\"] }]\n"
      "[values.price]\nfrom = \"{c}\"\nsteps = [\"number\"]\n" +
      kPurchase +
      "date = \"{day}\"\ntransaction = \"{day}\"\nquantity = \"{price}\"\n"
      "document_type = \"{a}\"\n");

  EXPECT_EQ(row.faults({"1\xFF", "soon", "dear"}),
            (std::vector<std::string>{"E-ENCODING a", "E-DATE-FORMAT b", "E-NUMBER c"}));
}

TEST(RowMapper, DecodesOnlyWhatItNeeds) {
  OneRow row(kPurchase);

  EXPECT_TRUE(row.map({"1", "\xFF", "\xFF"}).has_value());
}

TEST(RowMapper, ChoosesRecordsByTheRow) {
  OneRow row(R"(
[[skip]]
when = { b = "total" }
reason = "sum line"
[[record]]
kind = "purchase"
when = { b = ["buy", "lease"] }
subject = ["purchase", "{a}"]
[[record]]
kind = "purchase_return"
when = { b = { not = ["buy", "lease", "other"] }, c = { stated = true } }
subject = ["purchase", "{a}"]
place = 2
[[record]]
kind = "assessment"
when = { b = "other", c = { stated = false } }
subject = ["assessment", "{a}"]
)");

  EXPECT_TRUE(row.map({"1", "buy", ""})->records.at(0).has_purchase());
  EXPECT_TRUE(row.map({"1", "back", "x"})->records.at(0).has_purchase_return());
  EXPECT_EQ(row.map({"1", "back", "x"})->records.at(0).place(), 2U);
  EXPECT_TRUE(row.map({"1", "other", ""})->records.at(0).has_assessment());
  EXPECT_EQ(row.map({"1", "total", ""})->skipped, "sum line");
  EXPECT_EQ(row.faults({"1", "other", "x"}), (std::vector<std::string>{"E-MAP-NOTHING "}));
}

TEST(RowMapper, MakesOneEntryOfAListForEachText) {
  OneRow row(R"(
[values.numbers]
from = "{b}"
steps = [{ split = ";" }]
[values.more]
from = "{c}"
steps = [{ split = ";" }]
[[record]]
kind = "certification"
subject = ["cert", "{a}"]
[record.fields]
countries = "{more}"
[[record.repeat]]
list = "products"
each = "{numbers}"
always = true
[record.repeat.fields]
brand = "x"
gtin = "{each}"
[[record.repeat]]
list = "products"
each = "{more}"
except = "{a}"
[record.repeat.fields]
model = "m{each}"
"attributes[z]" = "1"
"attributes[a]" = "2"
"attributes[a-b]" = "3"
)");

  const auto mapped = row.map({"B", "1;2", "A;B"});

  ASSERT_TRUE(mapped.has_value());
  const proto::Certification& both = mapped->records.at(0).certification();
  ASSERT_EQ(both.products_size(), 3);
  EXPECT_EQ(both.products(1).gtin(), "2");
  EXPECT_EQ(both.products(2).model(), "mA");
  ASSERT_EQ(both.products(2).attributes_size(), 3);
  EXPECT_EQ(both.products(2).attributes(0).name(), "a");
  EXPECT_EQ(both.products(2).attributes(1).name(), "a-b");
  EXPECT_EQ(both.countries_size(), 2);
  const auto without = row.map({"1", "", ""});
  ASSERT_EQ(without->records.at(0).certification().products_size(), 1);
  EXPECT_EQ(without->records.at(0).certification().products(0).brand(), "x");
}

TEST(RowMapper, RefusesSeveralValuesForOneField) {
  OneRow row("[values.many]\nfrom = \"{b}\"\nsteps = [{ split = \",\" }]\n" + kPurchase +
             "date = \"{many}\"\ntransaction = \"x{many}\"\n");

  EXPECT_EQ(row.purchase({"1", "2018", ""}).date(), "2018");
  EXPECT_EQ(row.faults({"1", "2018,2019", ""}),
            (std::vector<std::string>{"E-MAP-LIST b", "E-MAP-LIST b"}));
}

TEST(RowMapper, SetsFieldsOfEveryType) {
  OneRow row(kPurchase +
             "evidence_sha256 = \"{b}\"\ngpp_criteria = \"{c}\"\n"
             "\"amounts[REBATE].value\" = \"5\"\n\"amounts[REBATE].currency\" = \"USD\"\n"
             "\"buyer.identifiers[GLN].value\" = \"1\"\n");

  const proto::Purchase purchase = row.purchase({"1", "00ff", "GPP_EU"});

  EXPECT_EQ(purchase.evidence_sha256(), std::string("\0\xFF", 2));
  EXPECT_EQ(purchase.gpp_criteria(), proto::GPP_EU);
  ASSERT_EQ(purchase.amounts_size(), 1);
  EXPECT_EQ(purchase.amounts(0).kind(), proto::REBATE);
  EXPECT_EQ(purchase.amounts(0).currency(), "USD");
  EXPECT_EQ(purchase.buyer().identifiers(0).scheme(), proto::GLN);
  EXPECT_EQ(row.faults({"1", "xx", "GPP_MOON"}),
            (std::vector<std::string>{"E-MAP-VALUE b", "E-MAP-VALUE c"}));
}

TEST(RowMapper, RefusesEmailAddresses) {
  OneRow row(kPurchase + "\"buyer.name\" = \"{b}\"\n");

  EXPECT_EQ(row.faults({"1", "jo@example.org", ""}), (std::vector<std::string>{"E-PERSONAL b"}));
}

TEST(RowMapper, SaysWhichColumnAFieldComesFrom) {
  OneRow row("[values.day]\nfrom = [\"{b} {c}\"]\n" + kPurchase +
             "date = \"{day}\"\nunit = \"C62\"\n\"product.attributes[x]\" = \"{c}\"\n");

  EXPECT_EQ(row.mapper().columns_of("purchase.date"), "b, c");
  EXPECT_EQ(row.mapper().columns_of("purchase.product.attributes[0].value"),
            "purchase.product.attributes[0].value");
  EXPECT_EQ(row.mapper().columns_of("purchase.product.attributes[0]"), "c");
  EXPECT_EQ(row.mapper().columns_of("purchase.unit"), "purchase.unit");
  EXPECT_EQ(row.mapper().columns_of("subject"), "a");
}

TEST(RowMapper, NamesTheColumnThatIsMissing) {
  const auto error = [](std::vector<std::string> header) {
    const Result<RowMapper> mapper =
        RowMapper::make(mapping_of(kShopMapping), std::move(header), Encoding::utf8);
    EXPECT_FALSE(mapper.has_value());
    return mapper ? Error{} : mapper.error();
  };

  EXPECT_EQ(error({"Buyer", "Dya", "Item", "Count"}).code, "E-MAP-COLUMN");
  EXPECT_EQ(error({"Buyer", "Dya", "Item", "Count"}).message,
            "The file has no column \"Day\", which the mapping needs.");
  EXPECT_NE(error({"Buyer", "Dya", "Item", "Count"}).hint.find("\"Dya\""), std::string::npos);
  EXPECT_EQ(error({"Buyer", "Day", "Day", "Item", "Count"}).code, "E-CSV-HEADER");
}

// ---- steps -----------------------------------------------------------------------------------

// What the steps make of the cell, joined by "|"; the code when they refuse it.
std::string after(const std::string& steps, const std::string& cell,
                  std::map<std::string, std::uint64_t>* notes = nullptr) {
  OneRow row(
      "[tables.t]\n\"yes\" = \"1\"\n\"drop\" = \"\"\n[lists]\nl = [\"LAND ROVER\"]\n"
      "[values.v]\nfrom = \"{b}\"\nsteps = [" +
      steps +
      "]\n[[record]]\nkind = \"certification\"\nsubject = [\"cert\", \"x\"]\n"
      "[record.fields]\ncountries = \"{v}\"\n");
  const auto mapped = row.map({"", cell, ""});
  if (notes != nullptr) *notes = row.mapper().notes();
  if (!mapped) return std::string(mapped.error().at(0).code.name);
  std::string out;
  for (const std::string& text : mapped->records.at(0).certification().countries()) {
    out += (out.empty() ? "" : "|") + text;
  }
  return out;
}

TEST(Steps, DoWhatTheirNamesSay) {
  EXPECT_EQ(after("\"upper\"", "aB"), "AB");
  EXPECT_EQ(after("\"lower\"", "aB"), "ab");
  EXPECT_EQ(after("\"collapse\"", "a  b"), "a b");
  EXPECT_EQ(after("\"html\"", "a&amp;b"), "a&b");
  EXPECT_EQ(after("\"segment\"", "a/b"), "a%2Fb");
  EXPECT_EQ(after("{ split = \",\" }, \"unique\"", "b,a,b"), "b|a");
  EXPECT_EQ(after("{ split = \",\" }, \"sort\"", "b,a,b"), "a|b");
  EXPECT_EQ(after("{ replace = [\"_\", \" \"] }", "a_b_"), "a b");
  EXPECT_EQ(after("{ before = \"(\" }", "a (b)"), "a");
  EXPECT_EQ(after("{ before = \"(\" }", "a"), "a");
  EXPECT_EQ(after("{ after = \":\" }", "a: b"), "b");
  EXPECT_EQ(after("{ after = \":\" }", "a"), "");
  EXPECT_EQ(after("{ part = 2, of = \",\" }", "a, b ,c"), "b");
  EXPECT_EQ(after("{ part = 4, of = \",\" }", "a,b,c"), "");
  EXPECT_EQ(after("{ first = 2 }", "\xC3\xA9xy"), "\xC3\xA9x");
  EXPECT_EQ(after("{ last = 2 }", "xy\xC3\xA9"), "y\xC3\xA9");
  EXPECT_EQ(after("{ last = 9 }", "xy"), "xy");
  EXPECT_EQ(after("{ brand = \"l\" }", "LAND ROVER Evoque"), "LAND ROVER");
  EXPECT_EQ(after("{ rest = \"l\" }", "LAND ROVER Evoque"), "Evoque");
  EXPECT_EQ(after("{ empty = [\"N/A\", \"-\"] }", "-"), "");
  EXPECT_EQ(after("\"number\"", "1,000.50"), "1000.5");
  EXPECT_EQ(after("{ number = \",\" }", "1.000,50"), "1000.5");
  EXPECT_EQ(after("{ date = [\"D.M.YY\"], first_year = 2000 }", "1.2.18"), "2018-02-01");
}

TEST(Steps, LookUpWordsAndSayWhatIsDoneWithOthers) {
  EXPECT_EQ(after("{ lookup = \"t\" }", "yes"), "1");
  EXPECT_EQ(after("{ lookup = \"t\" }", "drop"), "");
  EXPECT_EQ(after("{ lookup = \"t\" }", "no"), "E-MAP-LOOKUP");
  EXPECT_EQ(after("{ lookup = \"t\", otherwise = \"keep\" }", "no"), "no");
  Notes notes;
  EXPECT_EQ(after("{ lookup = \"t\", otherwise = \"empty\" }", "no", &notes), "");
  EXPECT_EQ(notes, (Notes{{"not in table t", 1}}));
}

TEST(Steps, CutListsAndTextsAndNoteIt) {
  Notes notes;
  EXPECT_EQ(after("{ split = \",\" }, { take = 2, note = \"more\" }", "a,b,c", &notes), "a|b");
  EXPECT_EQ(notes, (Notes{{"more", 1}}));
  EXPECT_EQ(after("{ shorten = 5 }", "abcdef", &notes), "ab\xE2\x80\xA6");
  EXPECT_EQ(notes, (Notes{{"text cut", 1}}));
  EXPECT_EQ(after("{ shorten = 6 }", "abcdef", &notes), "abcdef");
  EXPECT_TRUE(notes.empty());
}

TEST(Steps, NormaliseGtins) {
  EXPECT_EQ(after("\"gtin\"", "084691845638"), "00084691845638");
  EXPECT_EQ(after("\"gtin\"", "84691845638"), "84691845638");  // left to the rules of records
  EXPECT_EQ(after("{ gtin = \"restore-zeros\" }", "84691845638"), "00084691845638");
  Notes notes;
  EXPECT_EQ(after("{ gtin = \"strict\", otherwise = \"empty\" }", "84691845638", &notes), "");
  EXPECT_EQ(notes, (Notes{{"GTIN left out", 1}}));
}

TEST(Steps, RefuseWrongArgumentsWhenTheMappingIsRead) {
  const auto code = [](const std::string& step) {
    std::string toml = kShopMapping;
    const std::string from = "steps = [\"number\"]";
    toml.replace(toml.find(from), from.size(), "steps = [" + step + "]");
    const Result<Mapping> mapping = read_mapping(toml, {});
    return mapping ? "" : mapping.error().code;
  };

  for (const char* step :
       {"{ replace = [\"a\"] }", "{ split = \"\" }", "{ before = [\"a\", \"b\"] }", "{ part = 2 }",
        "{ part = 0, of = \",\" }", "{ first = \"a\" }", "{ take = 0 }", "{ shorten = \"a\" }",
        "{ brand = [] }", "{ empty = [] }", "{ date = [] }",
        "{ date = [\"YYYY\"], first_year = \"x\" }", "{ gtin = \"loose\" }",
        "{ gtin = \"strict\", otherwise = \"guess\" }", "{ lookup = \"t\", otherwise = \"x\" }"}) {
    EXPECT_EQ(code(step), "E-MAP-TYPE") << step;
  }
  EXPECT_EQ(code("{ upper = \"a\" }"), "E-MAP-KEY");
  EXPECT_EQ(code("5"), "E-MAP-TYPE");
}

}  // namespace
}  // namespace tools
