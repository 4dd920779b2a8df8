using MolEngine.Basics.Text;

namespace MolEngine.Basics.Tests.Text;

public sealed class NearestTests
{
    private static readonly string[] Known =
        ["train", "score", "inspect", "loss.kind", "init.kind", "loss.alpha", "lora.from", "data.corpora",
            "data.corpora[].path"];

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("TRAIN", "train")]
    [InlineData("data.corpra", "data.corpora")]
    [InlineData("data.corpra[].path", "data.corpora[].path")]
    [InlineData("dtaa.corpora[].paht", "data.corpora[].path")]
    [InlineData("los.kind", "loss.kind")]
    [InlineData("innit.kind", "init.kind")]
    [InlineData("lora.form", "lora.from")]
    [InlineData("init.alpha", "loss.alpha")]
    [InlineData("alpha", "loss.alpha")]
    [InlineData("loss_alpha", "loss.alpha")]
    [InlineData("path", "data.corpora[].path")]
    [InlineData("lossalpha", "loss.alpha")]
    [InlineData("loss.alpha.x", null)]
    [InlineData("data.corpora[].x", null)]
    [InlineData("xyz", null)]
    [InlineData("data.zzzz", null)]
    public void A_name_is_told_the_one_that_was_meant(string name, string? meant) =>
        Assert.Equal(meant, Nearest.Of(name, Known));

    [Fact]
    public void Neighbours_that_changed_places_are_one_edit()
    {
        // Two edits would be as many as replacing both letters, and the first of equals is taken.
        Assert.Equal("abcd", Nearest.Of("bacd", ["xycd", "abcd"]));
        Assert.Equal("ab", Nearest.Of("ba", ["ab"]));
        Assert.Null(Nearest.Of("bca", ["abc"]));
    }
}
