using MolEngine.Basics.Values;

namespace MolEngine.Basics.Tests.Values;

public class DataValueTests
{
    [Fact]
    public void Values_are_equal_by_content_and_order()
    {
        static MapValue Map(string first, string second) => new(
            [new(first, new ListValue([new NumberValue("1"), NullValue.Instance])), new(second, new FlagValue(true))]);

        Assert.Equal(Map("a", "b"), Map("a", "b"));
        Assert.Equal(Map("a", "b").GetHashCode(), Map("a", "b").GetHashCode());
        Assert.NotEqual(Map("a", "b"), Map("b", "a"));
        Assert.NotEqual<DataValue>(new NumberValue("1"), new NumberValue("1.0"));
        Assert.NotEqual(new ListValue([new TextValue("a"), new TextValue("b")]), new ListValue([new TextValue("a")]));
    }

    [Fact]
    public void A_map_gives_the_value_of_a_name()
    {
        var map = new MapValue([new("a", new TextValue("x")), new("b", NullValue.Instance)]);
        Assert.Equal(new TextValue("x"), map["a"]);
        Assert.True(map.TryGet("b", out DataValue? value) && value is NullValue);
        Assert.Null(map["c"]);
    }
}
