using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using MolEngine.Evaluation.Tasks;
using MolEngine.Trainer.Config;
using MolEngine.Trainer.Experiments;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using JsonSchema = Json.Schema.JsonSchema;

namespace MolEngine.Trainer.Tests.Config;

/// <summary>What <c>molengine schema</c> writes, as an editor applies it: a library of its own reads it.</summary>
internal static class ConfigSchema
{
    public static readonly JsonSchema OfRun = JsonSchema.FromText(Yaml.JsonSchema.Of(ConfigTable.Keys, "a run"));

    public static readonly JsonSchema OfTask = JsonSchema.FromText(Yaml.JsonSchema.Of(TaskTable.Keys, "a task"));

    public static readonly JsonSchema OfExperiment =
        JsonSchema.FromText(Yaml.JsonSchema.Of(ExperimentTable.Keys, "an experiment"));

    public static bool Fits(JsonSchema schema, string yaml) => Evaluate(schema, yaml).IsValid;

    public static void AssertFits(JsonSchema schema, string yaml, string what)
    {
        EvaluationResults results = Evaluate(schema, yaml);
        string[] errors =
        [
            .. (results.Details ?? []).Where(d => d.Errors is not null)
                .Select(d => $"{d.InstanceLocation}: {string.Join("; ", d.Errors!.Values)}"),
        ];
        Assert.True(results.IsValid, $"{what}: {string.Join("\n", errors)}\n{yaml}");
    }

    private static EvaluationResults Evaluate(JsonSchema schema, string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return schema.Evaluate(
            JsonSerializer.SerializeToElement(Json(stream.Documents[0].RootNode)),
            new EvaluationOptions { OutputFormat = OutputFormat.List });
    }

    /// <summary>As an editor reads YAML 1.2.</summary>
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(
            map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } quoted => quoted.Value,
        YamlScalarNode { Value: "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode scalar => double.TryParse(
            scalar.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : scalar.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };
}
