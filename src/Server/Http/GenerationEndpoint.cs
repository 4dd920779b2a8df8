using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using MolEngine.Basics.Values;
using MolEngine.Engine.Generation;
using MolEngine.Server.Api;
using MolEngine.Server.Figures;
using MolEngine.Server.Serving;

namespace MolEngine.Server.Http;

/// <summary>An endpoint that generates: from a request's body to the last byte of its answers.</summary>
/// <param name="tell">Told what a person at the server should know, a line each.</param>
internal sealed class GenerationEndpoint(
    ServedModels models, Scheduler scheduler, ServerFigures figures, ServerSettings settings, Action<string> tell)
{
    /// <summary>How many of the longest bodies are in memory at a time.</summary>
    private const int MostBodies = 32;

    private static readonly byte[] Done = "[DONE]"u8.ToArray();

    private readonly UnknownFields _unknown = new(tell);
    private long _bodies;

    // Reading a long prompt takes a processor for a while, and many times its size: few are read at a time.
    private readonly SemaphoreSlim _reading = new(Math.Max(1, Environment.ProcessorCount / 2));

    public Task Chat(HttpContext context) => Handle(context, ReadChat);

    public Task Completions(HttpContext context) => Handle(context, ReadCompletions);

    private async Task Handle(HttpContext context, Func<RequestFields, AnswerForm> read)
    {
        long start = Stopwatch.GetTimestamp();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        time.CancelAfter(settings.RequestTime);
        try
        {
            AnswerForm form = await Read(context, read, time.Token);
            using Generation generation = scheduler.Prepare(
                models.Tokenizer, form.Requests, form.Fields.Stops, form.Fields.SkipsSpecialTokens);
            Admit(generation);
            if (form.Fields.Streams)
                await Stream(context, form, generation, time.Token);
            else
                await Whole(context, form, generation, time.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(
                504, $"the request took longer than {settings.RequestTime.TotalSeconds:0} s. Ask for fewer tokens",
                code: "timeout");
        }
        finally
        {
            figures.Duration.Observe(Stopwatch.GetElapsedTime(start));
        }
    }

    private async Task<AnswerForm> Read(
        HttpContext context, Func<RequestFields, AnswerForm> read, CancellationToken cancel)
    {
        if (scheduler.IsStopping)
            throw Stopping();
        long length = Math.Min(context.Request.ContentLength ?? settings.BodyBytes, settings.BodyBytes);
        bool hasEntered = false;
        try
        {
            if (Interlocked.Add(ref _bodies, length) > (long)MostBodies * settings.BodyBytes)
                throw QueueFull();
            MapValue body = await RequestBody.Read(context, settings.BodyBytes);
            await _reading.WaitAsync(cancel);
            hasEntered = true;
            var fields = new RequestFields(body);
            AnswerForm form = read(fields);
            _unknown.Tell(fields.Unread);
            foreach (GenerationRequest request in form.Requests)
            {
                if (scheduler.TooLong(request) is { } problem)
                    throw new ApiException(400, problem, "max_tokens", "context_length_exceeded");
            }

            return form;
        }
        finally
        {
            Interlocked.Add(ref _bodies, -length);
            if (hasEntered)
                _reading.Release();
        }
    }

    private AnswerForm ReadChat(RequestFields fields)
    {
        var request = ChatRequest.Read(fields, models, settings.SplitsReasoning);
        int[] ids = Tokens.Of(request.Prompt, models, document: false);
        if (ids.Length == 0)
            throw ApiException.Field("messages", "expected a dialogue of at least one token, got an empty one");
        int usual = models.Defaults.MaxTokens ?? settings.DefaultMaxTokens;
        int most = GenerationFields.MostTokens(ids.Length, request.MaxTokens, usual, scheduler.Longest);
        IReadOnlyList<GenerationRequest> requests = request.Fields.Requests(
            [(ids, most)], request.TopLogProbs, ofPrompt: false);
        RequireRoom(requests);
        return new ChatForm(request, requests, ids.Length, models.Tokenizer);
    }

    private AnswerForm ReadCompletions(RequestFields fields)
    {
        var request = CompletionRequest.Read(fields, models);
        bool ofPrompt = request.Echoes && request.LogProbs >= 0;
        IReadOnlyList<GenerationRequest> requests = request.Fields.Requests(
            [
                .. request.Prompts.Select(p => (p.Ids, GenerationFields.MostTokens(
                    p.Ids.Length, request.MaxTokens, 0, scheduler.Longest))),
            ],
            request.LogProbs, ofPrompt);
        RequireRoom(requests);
        return new CompletionForm(request, requests, models.Tokenizer);
    }

    private void RequireRoom(IReadOnlyList<GenerationRequest> requests)
    {
        if (requests.Count > scheduler.MostAnswers)
        {
            throw new ApiException(
                400, $"prompts and n: expected at most {scheduler.MostAnswers} answers of a request, got "
                + $"{requests.Count}", "n");
        }
    }

    private void Admit(Generation generation)
    {
        switch (scheduler.Submit(generation))
        {
            case Admission.Full:
                throw QueueFull();
            case Admission.Stopping:
                throw Stopping();
        }
    }

    private static async Task Whole(
        HttpContext context, AnswerForm form, Generation generation, CancellationToken cancel)
    {
        for (int ended = 0; ended < generation.Count;)
        {
            SequenceEvent came = await generation.Events.ReadAsync(cancel);
            RequireWhole(came);
            form.Take(came, null);
            ended += came.End is null ? 0 : 1;
        }

        await Responses.Json(context, 200, form.Whole());
    }

    /// <summary>What has come while the last of it was being sent is sent together.</summary>
    private static async Task Stream(
        HttpContext context, AnswerForm form, Generation generation, CancellationToken cancel)
    {
        var chunks = new List<byte[]>();
        for (int ended = 0; ended < generation.Count;)
        {
            await generation.Events.WaitToReadAsync(cancel);
            while (generation.Events.TryRead(out SequenceEvent? came))
            {
                RequireWhole(came);
                form.Take(came, chunks);
                ended += came.End is null ? 0 : 1;
            }

            if (!context.Response.HasStarted)
                Responses.BeginStream(context);
            await Responses.Events(context, chunks, cancel);
            chunks.Clear();
        }

        if (form.Fields.StreamsUsage)
            chunks.Add(form.UsageChunk());
        await Responses.Events(context, [.. chunks, Done], cancel);
    }

    private static void RequireWhole(SequenceEvent came)
    {
        if (came.End is { IsBroken: true })
        {
            throw new ApiException(
                500, "the model gave no numbers: its weights or the adapter are broken", code: "model_broken");
        }
    }

    private static ApiException QueueFull() =>
        new(429, "the queue is full: ask again in a moment", code: "queue_full");

    private static ApiException Stopping() => new(503, "the server is stopping", code: "shutting_down");
}
