using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MolEngine.Basics.Values;
using MolEngine.Server.Api;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Http;

/// <summary>The models that requests can name.</summary>
internal sealed class ModelList(ServedModels models, Scheduler scheduler)
{
    /// <summary>What stands before a model's name.</summary>
    public const string Prefix = "/v1/models/";

    public Task All(HttpContext context) => Responses.Json(context, 200, JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (ServedModel model in models.All)
            Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }));

    public Task One(HttpContext context)
    {
        string name = context.Request.Path.Value![Prefix.Length..];
        ServedModel model = models.Find(name) ?? throw new ApiException(
            404, $"{RequestFields.Shown(new TextValue(name))}: expected one of "
            + $"{string.Join(", ", models.All.Select(m => m.Name))}, got no such model", "model", "model_not_found");
        return Responses.Json(context, 200, JsonText.Of(json => Write(json, model)));
    }

    /// <summary>As vLLM tells them: an adapter's parent is its base.</summary>
    private void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", models.Created);
        json.WriteString("owned_by", "molengine");
        json.WriteString("root", model.Name);
        json.WriteString("parent", model.Base);
        json.WriteNumber("max_model_len", scheduler.Longest + 1);
        json.WriteEndObject();
    }
}
