using System.Globalization;

namespace MolEngine.Basics.Tests;

/// <summary>Every project is built so that numbers are written in one way, whatever the machine speaks.</summary>
public sealed class CultureTests
{
    [Fact]
    public void There_is_no_other_culture()
    {
        Assert.Equal(CultureInfo.InvariantCulture, CultureInfo.CurrentCulture);
        Assert.Throws<CultureNotFoundException>(() => new CultureInfo("de-DE"));
        Assert.Equal("1,234.5", $"{1234.5:N1}");
    }
}
