using MolEngine.TokenizerTrainer;
using MolEngine.Trainer.Config;

// Trains a byte-level BPE tokenizer on the corpora of a training config and writes its files into the config's model
// folder. A vocabulary of 259 is that of the bytes alone.
const string Usage = "usage: dotnet run -c Release --project tools/TokenizerTrainer -- CONFIG.yaml VOCABULARY_SIZE";
string[] specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
int smallest = 256 + specialTokens.Length;

if (args.Length != 2 || !int.TryParse(args[1], out int size) || size < smallest)
{
    Console.Error.WriteLine(Usage);
    Console.Error.WriteLine(
        $"VOCABULARY_SIZE: an integer of at least {smallest}: the bytes and {specialTokens.Length} special tokens");
    return 2;
}

try
{
    RunConfig run = RunConfigLoader.Load(args[0]);
    IEnumerable<KeyValuePair<string, long>> pieces = size > smallest ? PieceCounts.Of(run.Data, specialTokens).Counts
        : [];
    BpeVocabulary vocabulary = BpeTrainer.Train(pieces, size - specialTokens.Length);
    int tokens = vocabulary.Tokens.Count + specialTokens.Length;
    TokenizerFiles.Write(run.Model, vocabulary, specialTokens);
    Console.WriteLine($"{run.Model}: tokenizer of {tokens} tokens");
    if (tokens < size)
        Console.WriteLine("No other pair occurs twice: give it more text for a larger vocabulary.");
    return 0;
}
catch (UserException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
