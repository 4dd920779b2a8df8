using MolEngine.Data;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Training;

/// <summary>How what a run makes is prompted and where it stops: as it was trained.</summary>
internal static class RunPrompting
{
    /// <param name="template">The text of <c>chat_template</c>; null where the config names none.</param>
    /// <param name="dialogues">Whether dialogues are among the documents.</param>
    public static Prompting Of(DocumentTokenizer texts, string? template, bool dialogues) => new(
        template ?? (dialogues && !texts.Writer.HasOwnTemplate ? ChatTemplates.ChatMlSource : null),
        texts.TrainedEnds(dialogues));

    /// <summary>
    /// What a person should know where the model's folder says otherwise: programs that serve an adapter read the
    /// model's.
    /// </summary>
    public static IEnumerable<string> Notes(Prompting prompting, RunConfig run, Tokenizer tokenizer)
    {
        bool isAdapter = run.Method == TrainingMethod.Lora;
        int[] missing = [.. prompting.Ends.Except(GenerationConfig.Load(run.Model).EosTokenIds)];
        if (missing.Length > 0)
        {
            string names = string.Join(" and ", missing.Select(id => $"{tokenizer.TokenText(id)} ({id})"));
            string end = missing.Length == 1 ? "ends what is trained on, and is" : "end what is trained on, and are";
            yield return $"{names} {end} no eos_token_id of the model's {GenerationConfig.FileName}: "
                + (isAdapter
                    ? "an exported merged model (export --merge) has it there; who serves the adapter must stop at it"
                    : "the saved model has it there");
        }

        if (prompting.ChatTemplate is not null && run.Data.ChatTemplate is null)
        {
            yield return "the model has no chat template, and is trained with ChatML: "
                + (isAdapter
                    ? "the adapter and a merged model have it as chat_template.jinja"
                    : "the saved model has it as chat_template.jinja");
        }
    }
}
