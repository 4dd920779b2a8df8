using System.Text;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tests.Files;

/// <summary>Errors of JSON in words of our own: place, what was expected, what stands there.</summary>
public sealed class JsonTextTests
{
    [Theory]
    [InlineData("", ": not JSON: expected an object, got an empty file.")]
    [InlineData("{\"a\": 1,\n}", ":2:1: not JSON: expected another value behind the comma, got }. Take the comma out.")]
    [InlineData("{\"a\": [1, 2, ]}", ":1:14: not JSON: expected another value behind the comma, got ].")]
    [InlineData("{\"a\": 1} {\"b\": 2}", ":1:10: not JSON: expected one value, got { behind its end.")]
    [InlineData("{\"a\": 1", ":1:8: not JSON: expected the rest of an object, got the end of the file.")]
    [InlineData("{\"a\": \"b", "not JSON: expected the rest of an object, got the end of the file.")]
    [InlineData("{'a': 1}", ":1:2: not JSON: expected a key in double quotes or }, got 'a'.")]
    [InlineData("{\"a\" 1}", ":1:6: not JSON: expected a colon, a comma or a closing bracket, got 1.")]
    [InlineData("{\n// note\n\"a\": 1}", ":2:1: not JSON: expected a key in double quotes or }, got //. Take comm")]
    [InlineData("{\"a\": 1 \"b\": 2}", "not JSON: expected a comma or a closing bracket, got \".")]
    public void Say_where_and_what(string json, string expected)
    {
        string message = Assert.Throws<ModelFileException>(() => JsonFields.Parse("config.json", json)).Message;
        Assert.StartsWith("config.json", message);
        Assert.Contains(expected, message);
        Assert.DoesNotContain("reader", message);
        Assert.DoesNotContain("LineNumber", message);
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        string json = new string('[', 100) + new string(']', 100);
        string message = Assert.Throws<ModelFileException>(() => JsonFields.Parse("x", json)).Message;
        Assert.Contains("expected values nested at most 64 deep, got more", message);
    }

    [Theory]
    [InlineData("{\"a\": NaN}")]
    [InlineData("{\"a\": [Infinity, -Infinity, \"Infinity\", \"\\\"NaN\"]}")]
    [InlineData("{\"a\": -1, \"Infinity\": 1}")]
    public void Numbers_of_Python_come_back_as_written(string json)
    {
        JsonFields fields = JsonFields.Parse("x", json);
        Assert.Equal(json, fields.RawText);
        Assert.Equal(json, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(fields.RawText)));
    }
}
