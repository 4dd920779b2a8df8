using MolEngine.Engine.Chat;
using MolEngine.Engine.Generation;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tokenization;

namespace MolEngine.Server.Serving;

/// <summary>
/// The models of a server: a base and adapters over its one copy, by name; and how they are spoken to.
/// </summary>
public sealed class ServedModels
{
    private readonly string _folder;
    private readonly Dictionary<string, ServedModel> _models = new(StringComparer.Ordinal);

    /// <param name="name">Of the base.</param>
    /// <param name="adapters">Folders of PEFT adapters, by name.</param>
    /// <exception cref="UserException">A name stands twice, or an adapter is not one of this model.</exception>
    public ServedModels(
        InferenceModel model, Tokenizer tokenizer, string name,
        IReadOnlyList<KeyValuePair<string, string>> adapters)
    {
        Config = model.Config;
        _folder = model.Folder;
        Tokenizer = tokenizer;
        Templates = ChatTemplates.Load(model.Folder);
        StopIds = Engine.Generation.StopIds.Of(model.Folder, tokenizer);
        Defaults = GenerationDefaults.Of(
            GenerationConfig.Load(model.Folder), Path.Combine(model.Folder, GenerationConfig.FileName));
        Base = new ServedModel(name, null, model.Frozen);
        _models.Add(name, Base);
        List<ServedModel> all = [Base];
        foreach ((string adapter, string folder) in adapters)
        {
            if (_models.ContainsKey(adapter))
            {
                throw new UserException(
                    $"--adapter: {adapter}: expected a name of its own, got one that is taken. Give NAME=PATH");
            }

            var served = new ServedModel(adapter, name, model.Adapted(folder));
            _models.Add(adapter, served);
            all.Add(served);
        }

        All = all;
    }

    /// <summary>The base, then the adapters in the order in which they were named.</summary>
    public IReadOnlyList<ServedModel> All { get; }

    public ServedModel Base { get; }

    public ModelConfig Config { get; }

    public Tokenizer Tokenizer { get; }

    public ChatTemplates Templates { get; }

    /// <summary>Ids that end an answer.</summary>
    public IReadOnlyList<int> StopIds { get; }

    public GenerationDefaults Defaults { get; }

    /// <summary>When the server began, in seconds since 1970.</summary>
    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Whether dialogues can be written: the model has a template, or its tokenizer ChatML's tokens.</summary>
    public bool CanChat => !Templates.IsFallback
        || (Tokenizer.TokenId(ChatMl.Start) is not null && Tokenizer.TokenId(ChatMl.End) is not null);

    /// <summary>An error in words for a client, who need not know where the model lies.</summary>
    public string Told(UserException error) => error.Message.Replace(_folder, Base.Name, StringComparison.Ordinal);

    public ServedModel? Find(string name) => _models.GetValueOrDefault(name);
}
