using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Basics.Tests.Text;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a": 1, "a": 1}""")]
    [InlineData("""{"\ud800": 1}""")]
    [InlineData("""["\udc00\ud800"]""")]
    [InlineData("{\"a\": \"\0\"}")]
    [InlineData("")]
    [InlineData("{} {}")]
    public void What_is_damaged_is_one_exception(string text)
    {
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(text));
        Assert.ThrowsAny<JsonException>(() => StrictJson.Object(text));
        Assert.ThrowsAny<JsonException>(() => StrictJson.Read<object>(text));
    }

    [Fact]
    public void Nesting_ends()
    {
        const int Most = Limits.JsonLevels;
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(new string('[', Most + 1) + new string(']', Most + 1)));
        using JsonDocument deepest = StrictJson.Parse(new string('[', Most) + new string(']', Most));
        Assert.Equal(1, deepest.RootElement.GetArrayLength());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused() =>
        Assert.ThrowsAny<JsonException>(() => StrictJson.Parse(new byte[] { (byte)'"', 0xff, (byte)'"' }));

    [Fact]
    public void Null_is_no_value_of_a_type_and_no_object()
    {
        Assert.ThrowsAny<JsonException>(() => StrictJson.Read<string[]>("null"));
        foreach (string other in new[] { "null", "[]", "1", "\"a\"" })
            Assert.ThrowsAny<JsonException>(() => StrictJson.Object(other));
    }

    [Fact]
    public void What_is_whole_is_read()
    {
        Assert.Equal("\U0001F41D", (string?)StrictJson.Object("""{"bee": "\ud83d\udc1d"}""")["bee"]);
        Assert.Equal(["a", "b"], StrictJson.Read<string[]>("""["a", "b"]"""));
    }
}
