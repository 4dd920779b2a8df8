using MolEngine.TokenizerTrainer;
using MolEngine.Trainer.Config;

// Trains a byte-level BPE tokenizer on the corpora of a training config and writes its files into the config's model folder.
// A vocabulary of 259 is that of the bytes alone.
const string Usage = "usage: dotnet run -c Release --project tools/TokenizerTrainer -- CONFIG.yaml VOCABULARY_SIZE";
string[] specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
int smallest = 256 + specialTokens.Length;

if (args.Length != 2 || !int.TryParse(args[1], out int size) || size < smallest)
{
    Console.Error.WriteLine(Usage);
    Console.Error.WriteLine($"VOCABULARY_SIZE: an integer of at least {smallest}: the bytes and {specialTokens.Length} special tokens");
    return 2;
}

try
{
    RunConfig run = RunConfigLoader.Load(args[0]);
    var merges = size == smallest
        ? []
        : BpeTrainer.Train(PieceCounts.Of(run.Data, specialTokens).Counts, size - smallest);
    TokenizerFiles.Write(run.Model, merges, specialTokens);
    Console.WriteLine($"{run.Model}: tokenizer of {smallest + merges.Count} tokens");
    if (merges.Count < size - smallest)
        Console.WriteLine("No other pair occurs twice: give it more text for a larger vocabulary.");
    return 0;
}
catch (UserException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
