using MolEngine.Runs.Records;
using MolEngine.Runs.Reports;

namespace MolEngine.Runs.Tests.Reports;

public sealed class ClosingTableTests
{
    [Fact]
    public void Questions_alone_are_a_table_too()
    {
        var table = new ClosingTable([], (new QuestionScore(0, 7), new QuestionScore(7, 7)));
        Assert.Equal(["questions answered     0 of 7 ->    7 of 7"], table.Lines());
    }
}
