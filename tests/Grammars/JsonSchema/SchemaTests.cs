using System.Text;
using System.Text.Json;
using Platform.Grammars.JsonSchema;

namespace Platform.Grammars.Tests.JsonSchema;

public sealed class SchemaTests
{
    /// <summary>A schema, instances of it and what is none; set apart by " ~ ".</summary>
    [Theory]
    [InlineData("""{"type":"integer","minimum":-5,"maximum":120}""", "-5 ~ 0 ~ 7 ~ 99 ~ 120", "-6 ~ 121 ~ 1.5 ~ 007 ~ -0 ~ \"1\"")]
    [InlineData("""{"type":"integer","exclusiveMinimum":9,"multipleOf":7}""", "14 ~ 21 ~ 700", "7 ~ 0 ~ 15")]
    [InlineData("""{"type":"number","minimum":0.25,"exclusiveMaximum":10}""", "0.25 ~ 0.3 ~ 1 ~ 9.999 ~ 9", "0.2 ~ 0.249 ~ 10 ~ 10.0 ~ -1 ~ 0")]
    [InlineData("""{"type":"number","minimum":-1.5,"maximum":-0.5}""", "-1.5 ~ -1 ~ -0.5 ~ -0.75", "-1.51 ~ -0.49 ~ 0 ~ 1 ~ -2")]
    [InlineData("""{"type":"number","minimum":-2,"maximum":2}""", "-2 ~ -1.99 ~ -0.1 ~ 0 ~ 0.5 ~ 2 ~ 2.0", "-2.01 ~ 2.001 ~ 3 ~ -3")]
    [InlineData("""{"type":"number","multipleOf":0.25,"minimum":0,"maximum":2}""", "0.25 ~ 1.5 ~ 2 ~ 0", "0.3 ~ 0.26 ~ 2.25")]
    [InlineData("""{"type":["string","null"],"maxLength":3}""", "null ~ \"abc\" ~ \"\" ~ \"é😀\\n\"", "\"abcd\" ~ 1")]
    [InlineData("""{"enum":["a",1,null,{"b":[true]}]}""", "\"a\" ~ 1 ~ null ~ {\"b\":[true]}", "\"b\" ~ 2 ~ {}")]
    [InlineData("""{"type":"string","enum":["red","blue",3],"maxLength":3}""", "\"red\"", "\"blue\" ~ 3")]
    [InlineData("""{"const":"x\"y"}""", "\"x\\\"y\"", "\"x\"")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"boolean"},"c":{"type":"null"}},"required":["b"],"additionalProperties":false}""",
        "{\"b\":true} ~ {\"a\":1,\"b\":false} ~ {\"a\": 1, \"b\": true, \"c\": null} ~ {\n  \"b\": true\n}", "{} ~ {\"a\":1} ~ {\"b\":1} ~ {\"b\":true,} ~ {\"b\":true,\"d\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""", "{} ~ {\"a\":1} ~ {\"b\":true} ~ {\"a\":1,\"ab\":true,\"c\":false}", "{\"a\":true} ~ {\"b\":1}")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}""", "{\"x\":1} ~ {\"x\":1,\"y\":2}", "{} ~ {\"x\":1,\"y\":2,\"z\":3}")]
    [InlineData("""{"type":"object","patternProperties":{"^n_":{"type":"integer"},"^s_":{"type":"string"}},"additionalProperties":false}""", "{} ~ {\"n_a\":1,\"s_b\":\"x\"}", "{\"n_a\":\"x\"} ~ {\"c\":1}")]
    [InlineData("""{"type":"object","propertyNames":{"pattern":"^[a-z]{2}$"},"additionalProperties":{"type":"integer"}}""", "{\"ab\":1}", "{\"a\":1} ~ {\"abc\":1}")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}""", "[1] ~ [1,2,3] ~ [1, 2]", "[] ~ [1,2,3,4] ~ [1,]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":{"type":"null"},"minItems":1}""", "[1] ~ [1,\"a\"] ~ [1,\"a\",null,null]", "[] ~ [\"a\"] ~ [1,null]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}""", "[] ~ [1] ~ [1,\"a\"]", "[1,\"a\",null]")]
    [InlineData("""{"type":"string","pattern":"^[a-c]+-\\d{2}$"}""", "\"abc-12\"", "\"abc-1\" ~ \"x-12\" ~ \"a-123\"")]
    [InlineData("""{"type":"string","pattern":"foo"}""", "\"foo\" ~ \"a foo b\"", "\"fo\"")]
    [InlineData("""{"type":"string","pattern":"^a+$","minLength":2,"maxLength":3}""", "\"aa\" ~ \"aaa\"", "\"a\" ~ \"aaaa\"")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2024-02-29\" ~ \"1999-12-31\"", "\"2023-02-29\" ~ \"2024-13-01\" ~ \"2024-04-31\" ~ \"24-01-01\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2024-02-29T23:59:59Z\" ~ \"2024-01-01T00:00:00.123+01:30\"", "\"2024-02-29\" ~ \"2024-02-29T24:00:00Z\" ~ \"2024-02-29T23:59:59\"")]
    [InlineData("""{"type":"string","format":"uuid"}""", "\"123e4567-e89b-12d3-a456-426614174000\"", "\"123e4567e89b12d3a456426614174000\"")]
    [InlineData("""{"type":"string","format":"email"}""", "\"ada.l+x@mail.example.org\"", "\"ada\" ~ \"@b.c\" ~ \"a@b\"")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"127.0.0.1\" ~ \"255.255.255.255\"", "\"256.1.1.1\" ~ \"1.1.1\"")]
    [InlineData("""{"type":"string","format":"ipv6"}""", "\"::1\" ~ \"fe80::1:2\" ~ \"1:2:3:4:5:6:7:8\"", "\"1:2\" ~ \"1::2::3\"")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P1DT2H\" ~ \"PT5M\" ~ \"P3W\"", "\"P\" ~ \"1D\" ~ \"PT\"")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"string","const":"all"}]}""", "3 ~ \"all\"", "\"some\" ~ null")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":"a"},"n":{"type":"integer"}},"required":["k","n"]},{"type":"object","properties":{"k":{"const":"b"}},"required":["k"]}]}""",
        "{\"k\":\"a\",\"n\":1} ~ {\"k\":\"b\"}", "{\"k\":\"a\"} ~ {\"k\":\"b\",\"n\":1}")]
    [InlineData("""{"allOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"a":{"minimum":3},"b":{"type":"string"}},"required":["b"]}]}""", "{\"a\":3,\"b\":\"x\"}", "{\"a\":2,\"b\":\"x\"} ~ {\"a\":3}")]
    [InlineData("""{"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}},"$ref":"#/$defs/node"}""",
        "{\"v\":1,\"next\":null} ~ {\"v\":1,\"next\":{\"v\":2,\"next\":null}}", "{\"v\":1} ~ {\"v\":1,\"next\":{}}")]
    [InlineData("""{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"additionalProperties":false}""", "{} ~ {\"children\":[{},{\"children\":[]}]}", "{\"children\":[1]}")]
    [InlineData("""{"type":"string","not":{"enum":["a","ab"]}}""", "\"\" ~ \"b\" ~ \"abc\" ~ \"é\"", "\"a\" ~ \"ab\" ~ \"\\u0061\" ~ 1")]
    [InlineData("""{"type":"integer","minimum":0,"maximum":20,"not":{"multipleOf":2}}""", "1 ~ 19", "0 ~ 2 ~ 20")]
    [InlineData("""{"type":"number","minimum":0,"maximum":3,"not":{"enum":[1,2.5]}}""", "0 ~ 1.01 ~ 2.55 ~ 3", "1 ~ 1.0 ~ 1.000 ~ 2.5 ~ 2.50")]
    [InlineData("""{"type":"number","not":{"type":"integer"}}""", "1.5 ~ -0.25", "1 ~ 1.0 ~ 0 ~ -2.00")]
    [InlineData("""{"not":{"type":["object","array","string"]}}""", "1 ~ null ~ true ~ 1.5", "{} ~ [] ~ \"a\"")]
    [InlineData("""{"enum":[1,"a",null,true],"not":{"enum":[1,true]}}""", "\"a\" ~ null", "1 ~ true")]
    [InlineData("""{"type":"integer","not":{"minimum":3}}""", "2 ~ -7", "3 ~ 4")]
    [InlineData("""{"type":"string","not":{"pattern":"^a"},"maxLength":3}""", "\"\" ~ \"ba\"", "\"a\" ~ \"abc\" ~ \"bbbb\"")]
    [InlineData("""{"type":"string","not":{"minLength":2}}""", "\"\" ~ \"x\"", "\"xy\"")]
    [InlineData("""{"type":"integer","not":{"anyOf":[{"const":1},{"minimum":5}]},"minimum":0}""", "0 ~ 2 ~ 4", "1 ~ 5")]
    [InlineData("""{"type":"integer","minimum":0,"maximum":9,"not":{"allOf":[{"minimum":3},{"not":{"const":5}}]}}""", "0 ~ 2 ~ 5", "3 ~ 4 ~ 6 ~ 9")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"not":{"required":["a","b"]}}""", "{} ~ {\"a\":1} ~ {\"b\":1}", "{\"a\":1,\"b\":2}")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"not":{"required":["a"]}}""", "{} ~ {\"b\":1}", "{\"a\":1} ~ {\"b\":1,\"a\":2}")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0,"maximum":9},"not":{"contains":{"const":3}}}""", "[] ~ [1,2]", "[3] ~ [1,3]")]
    [InlineData("""{"type":"array","items":{"type":"integer","minimum":0,"maximum":9},"not":{"items":{"const":3}}}""", "[3,4] ~ [1]", "[] ~ [3] ~ [3,3]")]
    [InlineData("""{"type":"object","properties":{"kind":{"enum":["cat","dog"]},"lives":{"type":"integer"},"tricks":{"type":"string"}},"required":["kind"],"additionalProperties":false,"if":{"properties":{"kind":{"const":"cat"}}},"then":{"required":["lives"]},"else":{"required":["tricks"]}}""",
        "{\"kind\":\"cat\",\"lives\":9} ~ {\"kind\":\"dog\",\"tricks\":\"sits\"} ~ {\"kind\":\"dog\",\"lives\":1,\"tricks\":\"\"}", "{\"kind\":\"cat\"} ~ {\"kind\":\"dog\",\"lives\":9} ~ {\"lives\":9}")]
    [InlineData("""{"type":"integer","if":{"minimum":10},"then":{"multipleOf":10}}""", "3 ~ 10 ~ 50", "11 ~ 55")]
    [InlineData("""{"type":"object","properties":{"card":{"type":"integer"},"address":{"type":"string"}},"dependentRequired":{"card":["address"]}}""", "{} ~ {\"address\":\"x\"} ~ {\"card\":1,\"address\":\"x\"}", "{\"card\":1}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"dependentSchemas":{"a":{"properties":{"b":{"minimum":5}}}}}""", "{\"b\":1} ~ {\"a\":1,\"b\":5} ~ {\"a\":1}", "{\"a\":1,\"b\":4}")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"dependencies":{"a":["b"],"b":{"required":["a"]}}}""", "{} ~ {\"a\":1,\"b\":4}", "{\"a\":1} ~ {\"b\":1}")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"contains":{"type":"integer","minimum":100},"maxItems":3}""", "[100] ~ [1,2,300] ~ [100,200,300]", "[] ~ [1,2,3] ~ [1,2,3,100]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"contains":{"const":"a"},"minContains":2,"maxContains":3,"minItems":3}""", "[\"a\",\"b\",\"a\"] ~ [\"a\",\"a\",\"a\",\"b\",\"c\"]", "[\"a\",\"a\"] ~ [\"a\",\"b\",\"c\"] ~ [\"a\",\"a\",\"a\",\"a\"]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"},"contains":{"const":7}}""", "[\"x\",7] ~ [\"x\",1,7,2]", "[7] ~ [\"x\"] ~ [\"x\",1]")]
    [InlineData("""{"type":"array","items":{"type":"boolean"},"contains":{"const":true},"minContains":0,"maxContains":1}""", "[] ~ [false,true,false] ~ [false]", "[true,true]")]
    [InlineData("""{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true,"minItems":1}""", "[\"a\"] ~ [\"c\",\"a\",\"b\"]", "[] ~ [\"a\",\"a\"] ~ [\"a\",\"b\",\"a\"]")]
    [InlineData("""{"type":"array","prefixItems":[{"enum":[1,2]},{"enum":[1,1.0,3]}],"items":false,"uniqueItems":true}""", "[] ~ [1,3] ~ [2,1]", "[1,1] ~ [1,2]")]
    [InlineData("""{"type":"array","uniqueItems":true,"maxItems":1,"items":{"type":"string"}}""", "[] ~ [\"a\"]", "[\"a\",\"b\"]")]
    [InlineData("""{"$defs":{"node":{"properties":{"next":{"$ref":"#/$defs/node"},"v":{"type":"integer"}},"required":["v"]}},"type":"object","properties":{"next":{"type":"object","additionalProperties":false},"v":{"type":"integer"}},"not":{"$ref":"#/$defs/node"}}""",
        "{} ~ {\"next\":{}} ~ {\"next\":{},\"v\":1}", "{\"v\":1}")]
    [InlineData("{}", "1 ~ \"a\" ~ [1,{\"a\":null}] ~ {} ~ true", "x ~ [1")]
    [InlineData("""{"type":"number"}""", "0 ~ -1.5 ~ 1e5 ~ 12.25E-3", "01 ~ .5 ~ 1. ~ +1")]
    public void Instances_are_accepted_and_nothing_else_is(string schema, string instances, string others)
    {
        var text = SchemaGrammar.Of(JsonElement.Parse(schema));
        var grammar = Grammar.Parse(text);
        Assert.All(instances.Split(" ~ "), instance => Assert.True(grammar.Matches(Encoding.UTF8.GetBytes(instance)), instance));
        Assert.All(others.Split(" ~ "), instance => Assert.False(grammar.Matches(Encoding.UTF8.GetBytes(instance)), instance));
    }

    [Theory]
    [InlineData("""{"type":"array","uniqueItems":true}""", "/uniqueItems")]
    [InlineData("""{"type":"string","pattern":"(?=a)b"}""", "/pattern")]
    [InlineData("""{"type":"string","pattern":"(a)\\1"}""", "/pattern")]
    [InlineData("""{"items":{"type":"string","format":"idn-email"}}""", "/items/format")]
    [InlineData("""{"type":"strin"}""", "/type")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref")]
    [InlineData("""{"$ref":"https://example.org/schema"}""", "/$ref")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"type":"integer","minimum":1,"maximum":3}}""", "/uniqueItems")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"enum":[1,2,3,4,5,6,7,8,9]}}""", "/uniqueItems")]
    [InlineData("""{"type":"array","uniqueItems":true,"items":{"enum":[1,2]},"contains":{"const":1}}""", "/uniqueItems")]
    [InlineData("""{"properties":{"a":{"not":{"format":"email"}}}}""", "/properties/a/not/format")]
    [InlineData("""{"not":{"additionalProperties":false}}""", "/not/additionalProperties")]
    [InlineData("""{"not":{"oneOf":[{"type":"string"}]}}""", "/not/oneOf")]
    [InlineData("""{"type":"number","not":{"multipleOf":0.5}}""", "/not/multipleOf")]
    [InlineData("""{"type":"object","not":{"const":{"a":1}}}""", "/not/const")]
    [InlineData("""{"if":{"format":"uri"},"then":{"minLength":3}}""", "/if/format")]
    [InlineData("""{"type":"array","contains":{"propertyNames":{"maxLength":2}},"maxContains":3}""", "/contains/propertyNames")]
    [InlineData("""{"type":"array","contains":{"type":"integer"},"minContains":2000}""", "/contains")]
    [InlineData("""{"allOf":[{"contains":{"const":1}},{"contains":{"const":2}}]}""", "/allOf/0/contains")]
    [InlineData("""{"dependentRequired":{"a":"b"}}""", "/dependentRequired")]
    [InlineData("""{"dependentSchemas":{"a":{"not":{"not":{"not":{"patternProperties":{}}}}}}}""", "/dependentSchemas/a/not/not/not/patternProperties")]
    [InlineData("""{"type":"object","unevaluatedProperties":false}""", "/unevaluatedProperties")]
    [InlineData("""{"type":"array","unevaluatedItems":false}""", "/unevaluatedItems")]
    [InlineData("""{"$dynamicRef":"#a"}""", "/$dynamicRef")]
    [InlineData("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "/oneOf/1")]
    [InlineData("""{"anyOf":[{"type":"integer"},5]}""", "/anyOf/1")]
    [InlineData("""{"minimum":"a"}""", "/minimum")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "")]
    public void What_can_not_be_kept_is_refused_with_its_path(string schema, string path) =>
        Assert.Equal(path, Assert.Throws<SchemaException>(() => SchemaGrammar.Of(JsonElement.Parse(schema))).Path);

    [Theory]
    [InlineData("[a-z]{2,4}\\d+", "ab1 abcd99", "a1 abcde1")]
    [InlineData("yes|no|(?:per)?haps", "yes no haps perhaps", "maybe")]
    [InlineData("\\p{Lu}\\w*", "Éa A", "a")]
    public void A_pattern_alone_is_matched_as_a_whole(string pattern, string texts, string others)
    {
        var grammar = Grammar.Parse(SchemaGrammar.OfPattern(pattern));
        Assert.All(texts.Split(' '), text => Assert.True(grammar.Matches(Encoding.UTF8.GetBytes(text)), text));
        Assert.All(others.Split(' '), text => Assert.False(grammar.Matches(Encoding.UTF8.GetBytes(text)), text));
    }
}
