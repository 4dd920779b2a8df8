using System.Text.Json;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;
using MolEngine.Server.Api;
using MolEngine.Support;

namespace MolEngine.Server.Tests;

/// <summary>Whatever stands in a request, it is read or refused: nothing else is thrown.</summary>
public sealed class RequestFuzzTests(ScriptedServer server) : IClassFixture<ScriptedServer>
{
    private static readonly string[] Names =
    [
        "model", "messages", "prompt", "temperature", "top_p", "top_k", "min_p", "n", "seed", "stop", "stop_token_ids",
        "stream", "stream_options", "max_tokens", "max_completion_tokens", "logprobs", "top_logprobs", "echo", "suffix",
        "best_of", "tools", "tool_choice", "parallel_tool_calls", "chat_template_kwargs", "response_format",
        "logit_bias", "modalities", "molengine", "separate_reasoning", "add_generation_prompt", "repetition_penalty",
        "ignore_eos",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "-1", "0", "1", "2.5", "1e400", "-1e-400", "12345678901234567890", "\"\"", "\"tiny\"",
        "\"auto\"", "\"\\u0000\\uffff\"", "[]", "[1, 2]", "[\"a\", \"S\"]", "[null]", "[[1], []]", "[{}]", "{}",
        "{\"type\": \"text\"}", "{\"kl_to\": \"trained\"}", "{\"include_usage\": 1}",
        "{\"messages\": [], \"tools\": 3}",
        "[{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"!L\"}]}]",
        "[{\"role\": \"assistant\", \"tool_calls\": [{\"function\": {\"name\": \"f\", \"arguments\": \"{}\"}}]}]",
        "[{\"role\": \"tool\", \"content\": \"\", \"tool_calls\": [{\"function\": []}], \"name\": {}}]",
        "[{\"type\": \"function\", \"function\": {\"name\": \"f\", \"parameters\": [null, {\"a\": []}]}}]",
    ];

    [Property(MaxTest = 1500)]
    public void Any_fields_are_read_or_refused(byte[] choices)
    {
        OrderedDictionary<string, string> fields = new()
        {
            ["model"] = "\"tiny\"",
            ["messages"] = "[{\"role\": \"user\", \"content\": \"Hi\"}]",
            ["prompt"] = "\"S\"",
        };
        for (int i = 0; i + 1 < choices.Length; i += 2)
            fields[Names[choices[i] % Names.Length]] = Values[choices[i + 1] % Values.Length];
        using JsonDocument json = JsonDocument.Parse(
            $"{{{string.Join(", ", fields.Select(f => $"\"{f.Key}\": {f.Value}"))}}}");
        var body = (MapValue)JsonValues.Of(json.RootElement);
        ReadOrRefused(() => ChatRequest.Read(new RequestFields(body), server.Models, splitsReasoning: true));
        ReadOrRefused(() => CompletionRequest.Read(new RequestFields(body), server.Models));
    }

    private static void ReadOrRefused(Action read)
    {
        try
        {
            read();
        }
        catch (ApiException e)
        {
            Assert.InRange(e.Status, 400, 404);
            Assert.NotEmpty(e.Message);
        }
    }
}
