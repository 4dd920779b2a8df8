using MolEngine.Data.Records;
using MolEngine.Yaml;

namespace MolEngine.Data.Settings;

/// <summary>Reads <see cref="RecordKeys"/>, with the checks that take more than one of them.</summary>
public static class RecordSettings
{
    /// <summary>The fields that are given; null where none is.</summary>
    public static FieldMap? Fields(ConfigValues v, RecordKeys keys, string source, int i)
    {
        string? Given(ConfigKey<string>? key) => key is not null && v.Has(key, i) ? v.Take(key, "", i) : null;
        var fields = new FieldMap(
            Given(keys.Text), Given(keys.Messages), Given(keys.Prompt), Given(keys.Completion), Given(keys.Question),
            Given(keys.Answer));
        RequirePair(fields.Prompt, fields.Completion, keys.Prompt, keys.Completion);
        RequirePair(fields.Question, fields.Answer, keys.Question, keys.Answer);
        return fields == new FieldMap() ? null : fields;

        void RequirePair(string? a, string? b, ConfigKey keyA, ConfigKey keyB)
        {
            if (a is null == b is null)
                return;
            (ConfigKey has, ConfigKey lacks) = a is null ? (keyB, keyA) : (keyA, keyB);
            string missing = ConfigValues.Concrete(lacks, i);
            v.Wrong(has, source, i, $"expected {missing} beside it, got none. Name both fields");
        }
    }

    /// <param name="fields">What <see cref="Fields"/> gave: only one of them may be there.</param>
    public static string? Template(ConfigValues v, RecordKeys keys, string source, int i, FieldMap? fields)
    {
        if (!v.Has(keys.Template, i))
            return null;
        string template = v.Take(keys.Template, "", i);
        if (fields is not null)
            v.Wrong(keys.Template, source, i, "expected either fields or template, got both. Remove one of them");
        if (RecordTemplate.Mistake(template) is { } mistake)
            v.Wrong(keys.Template, source, i, mistake);
        return template;
    }
}
