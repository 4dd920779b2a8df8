using System.Runtime.InteropServices;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Tokenization;
using MolEngine.Kernels.Ops;
using MolEngine.Trainer.Devices;

namespace MolEngine.Trainer.Cli.Runners;

/// <summary>Dialogues with a model, or with several of one base side by side.</summary>
internal sealed class ChatRunner : IDisposable
{
    private const string Help = "/new begins another dialogue, /system TEXT sets the system message and does so too, "
        + "/undo takes the last question back, /quit ends. Ctrl-C stops an answer.";

    private readonly ChatOptions _options;
    private readonly CommandContext _context;
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly IReadOnlyList<int> _stopIds;
    private readonly IReadOnlyList<Speaker> _speakers;
    private readonly GenerationBatch _batch;
    private readonly AnswerView _view;
    private readonly PosixSignalRegistration _interrupt;
    private string? _system;
    private volatile bool _isAnswering, _isStopped;

    private ChatRunner(ChatOptions options, Ops ops, InferenceModel model, Tokenizer tokenizer, CommandContext context)
    {
        (_options, _context, _tokenizer, _system) = (options, context, tokenizer, options.System);
        _template = GenerateRunner.Template(options.Model, options.ChatVariables, tokenizer, context);
        _stopIds = StopIds.Of(options.Model, tokenizer, options.ChatVariables);
        _speakers = [.. Speakers(options, model)];
        _batch = Batches.OfRows(ops, model, _speakers.Count, options.Context, "--context");
        _view = new AnswerView(context, [.. _speakers.Select(s => s.Name)]);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = _isAnswering;
            _isStopped = true;
        });
    }

    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(ChatOptions options, CommandContext context)
    {
        using Ops ops = ComputeDevice.Open(options.Device, OptionNames.Device, context.Error.WriteLine);
        using InferenceModel model = Loading.Model(ops, options.Model, null, context);
        using var chat = new ChatRunner(
            options, ops, model, Loading.Told(model.LoadTokenizer(), context), context);
        chat.Talk(Console.In);
        return ExitCode.Done;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _batch.Dispose();
    }

    private static IEnumerable<Speaker> Speakers(ChatOptions options, InferenceModel model)
    {
        if (options.Compare || options.Adapters.Count == 0)
            yield return new Speaker(options.Adapters.Count == 0 ? "answer" : "base", model.Frozen);
        foreach (string folder in options.Adapters)
        {
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

            // The adapter of a run is called by the run.
            if (name == "adapter")
                name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(folder))) ?? name;
            yield return new Speaker(name, model.Adapted(folder));
        }
    }

    private void Talk(TextReader input)
    {
        if (_context.IsTerminal)
            _context.WriteLine(Help);
        Begin();
        while (true)
        {
            if (_context.IsTerminal)
                _context.Out.Write("> ");
            _context.Out.Flush();
            if (input.ReadLine() is not { } line)
            {
                // What a shell writes next begins a line of its own.
                if (_context.IsTerminal)
                    _context.Out.WriteLine();
                return;
            }

            if (line.Trim() == "/quit")
                return;
            if (line.StartsWith('/'))
                Command(line.Trim());
            else if (line.Trim().Length > 0)
                Answer(line);
        }
    }

    private void Command(string line)
    {
        string[] parts = line.Split(' ', 2, StringSplitOptions.TrimEntries);
        if (parts[0] == "/new" && parts.Length == 1)
            Begin();
        else if (parts[0] == "/system")
            Begin(parts.Length > 1 ? parts[1] : null);
        else if (parts[0] == "/undo" && parts.Length == 1)
            Undo();
        else
            _context.WriteLine(Help);
    }

    private void Begin(string? system)
    {
        _system = system;
        Begin();
    }

    private void Begin()
    {
        foreach (Speaker speaker in _speakers)
        {
            speaker.Messages.Clear();
            if (_system is { } system)
                speaker.Messages.Add(new("system", system));
        }
    }

    private void Undo()
    {
        foreach (Speaker speaker in _speakers)
        {
            int last = speaker.Messages.FindLastIndex(m => m.Role == "user");
            if (last >= 0)
                speaker.Messages.RemoveRange(last, speaker.Messages.Count - last);
        }
    }

    private void Answer(string question)
    {
        int[][] prompts = new int[_speakers.Count][];
        for (int i = 0; i < prompts.Length; i++)
        {
            _speakers[i].Messages.Add(new("user", question));
            string text = _template.Render(
                _speakers[i].Messages, _options.ChatVariables, addGenerationPrompt: true).Text;
            prompts[i] = _tokenizer.Encode(text, addSpecialTokens: false);
        }

        int longest = prompts.Max(p => p.Length);
        if (longest >= _options.Context)
        {
            Undo();
            _context.WriteLine(
                $"the dialogue has {longest:N0} tokens, and --context is {_options.Context:N0}: /new begins another, "
                + "or start with a larger --context");
            return;
        }

        (_isAnswering, _isStopped) = (true, false);
        IReadOnlyList<TextStream> answers = Generate(prompts);
        _isAnswering = false;
        for (int i = 0; i < prompts.Length; i++)
            _speakers[i].Messages.Add(new("assistant", answers[i].Text));
    }

    private TextStream[] Generate(int[][] prompts)
    {
        TextStream[] answers = [.. _speakers.Select(_ => new TextStream(_tokenizer, _stopIds, []))];
        var places = new Dictionary<GenerationRow, int>();
        for (int i = 0; i < prompts.Length; i++)
        {
            places[_batch.Add(new GenerationRequest(
                prompts[i], Math.Min(_options.MaxTokens, _options.Context - prompts[i].Length))
            {
                Sampling = _options.Sampling,
                Seed = _options.Seed,
                StopIds = _stopIds,
                Weights = _speakers[i].Weights,
            })] = i;
        }

        _view.Show(show =>
        {
            while (!_batch.IsIdle && !_isStopped)
            {
                foreach (GeneratedToken token in _batch.Step())
                {
                    int i = places[token.Row];
                    show(i, answers[i].Append(token.Id));
                    if (token.Row.Stop is not null)
                        show(i, answers[i].Finish());
                }
            }
        });
        foreach (GenerationRow row in places.Keys.Where(r => r.Stop is null))
            _batch.Remove(row);
        string[] cut = [.. places.Where(p => p.Key.Stop == StopReason.Length).Select(p => _speakers[p.Value].Name)];
        if (cut.Length > 0)
            _context.WriteLine($"[{string.Join(", ", cut)}: cut after --max-tokens or at the end of --context]");
        return answers;
    }
}
