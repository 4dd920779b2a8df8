using MolEngine.Basics.Text;
using MolEngine.Runs.Experiments;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Experiments;

/// <summary>The figures of an experiment from the judgements in its folder.</summary>
internal static class ExperimentResults
{
    /// <summary>
    /// Of all cells of the spec, with those of their runs that are judged as the spec says; null where there are none.
    /// </summary>
    /// <exception cref="UserException">A judgement cannot be read.</exception>
    public static Experiment? Of(ExperimentPlan plan)
    {
        var judge = new RunJudge(plan);
        JudgedCell[] cells =
        [
            .. plan.Spec.Cells.Select(cell => new JudgedCell(cell, [
                .. plan.All.Where(r => r.Cell == cell)
                    .Where(r => ExperimentPlan.StateOf(r) == RunState.Done && judge.IsJudged(r))
                    .Select(r => (r.Seed, JudgedRun.Read(judge.JsonOf(r)))),
            ])),
        ];
        string model = plan.All[0].Config.Model;
        return cells.All(c => c.Runs.Count == 0)
            ? null
            : ExperimentFigures.Of(plan.Spec, NamedInputs.IdOf(model) ?? ShownPath.Of(model), cells);
    }
}
