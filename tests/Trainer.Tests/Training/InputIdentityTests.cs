using System.Text.Json.Nodes;
using MolEngine.Support;
using MolEngine.Trainer.Config;

namespace MolEngine.Trainer.Tests.Training;

/// <summary>
/// What a resumed run depends on in other folders: a change is told, what it has of its own suffices.
/// </summary>
public sealed class InputIdentityTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public InputIdentityTests()
    {
        foreach (string file in Directory.GetFiles(Material.Model))
            File.Copy(file, Path.Combine(_folder.Folder("model"), Path.GetFileName(file)));
        _folder.Write("model/tokenizer_config.json", """{"chat_template": "{{ messages }}", "eos_token": "x"}""");
        RunConfig run = SmallRun.Load(
            At("first"), Model, "method=lora",
            "lora={rank: 3, alpha: 5, use_rslora: true, target_modules: [q_proj, up_proj]}",
            "optimizer.learning_rate=1e-2", "steps=3", "validate.every=0", "samples=0");
        SmallRun.Train(run);
    }

    private string Adapter => At("first/adapter");

    private string Model => $"model={At("model")}";

    private string[] Settings =>
    [
        Model, "method=lora", "loss=mol", "optimizer.learning_rate=1e-2", $"lora={{from: {Adapter}, dropout: 0.2}}",
        SmallRun.Questions(_folder), "steps=6",
    ];

    /// <summary>Settings of the adapter, its weights where the questions are asked of it, and its export.</summary>
    [Fact]
    public void A_run_goes_on_without_the_adapter_that_it_started_from()
    {
        SmallRun.Train(SmallRun.Load(At("whole"), Settings));
        Interrupted("parts");
        Directory.Delete(At("first"), recursive: true);
        TinyRun.Ok("export", At("parts"), "--to", At("export"));
        SmallRun.Train(SmallRun.Reload(At("parts")), resume: true);
        SmallRun.AssertSame(At("whole"), At("parts"));
        Assert.Equal(File.ReadAllText(At("whole/questions.json")), File.ReadAllText(At("parts/questions.json")));
        foreach (string key in (string[])["r", "lora_alpha", "use_rslora", "target_modules"])
        {
            string[] all = [.. ((string[])["whole/adapter", "export"]).Select(f => Config(f)[key]!.ToJsonString())];
            Assert.Equal(all[0], all[1]);
        }

        Assert.Equal(5, Config("export")["lora_alpha"]!.GetValue<double>());
    }

    [Fact]
    public void An_adapter_that_has_moved_may_be_named()
    {
        SmallRun.Train(SmallRun.Load(At("whole"), Settings));
        Interrupted("parts");
        Directory.Move(At("first"), At("second"));
        var e = Assert.Throws<UserException>(() => SmallRun.Reload(At("parts"), $"lora.from={At("third")}"));
        Assert.Contains("lora.from: expected an adapter folder, found none", e.Message);
        SmallRun.Train(SmallRun.Reload(At("parts"), $"lora.from={At("second/adapter")}"), resume: true);
        SmallRun.AssertSame(At("whole"), At("parts"));
    }

    [Theory]
    [InlineData("first/adapter/adapter_model.safetensors", "the weights of the adapter of lora.from")]
    [InlineData("first/adapter/adapter_config.json",
        "the settings of the adapter of lora.from (rank 3, alpha 5, use_rslora true, target_modules [q_proj, up_proj] "
            + "in the run, rank 3, alpha 6, use_rslora true, target_modules [q_proj, up_proj] now)")]
    [InlineData("model/config.json", "config.json of the base model")]
    [InlineData("model/model.safetensors", "the weights of the base model")]
    [InlineData("model/tokenizer.json", "the base model's tokenizer (tokenizer.json)")]
    [InlineData("model/tokenizer_config.json", "the base model's chat template")]
    [InlineData("model/chat_template.jinja", "the base model's chat template")]
    public void A_file_that_changed_is_refused_and_its_kind_is_named(string file, string says)
    {
        Interrupted("run");
        Change(At(file));
        var e = Assert.Throws<UserException>(() => SmallRun.Train(SmallRun.Reload(At("run")), resume: true));
        Assert.Equal(
            $"{At("run/checkpoints/step-00000002")}: resume: expected the run that was saved, got another: {says}. Put "
                + "it back, or start a new run.",
            e.Message);
    }

    /// <summary>What tokenizer_config.json says beside the template, and how, is no part of a document.</summary>
    [Fact]
    public void A_tokenizer_config_with_the_same_template_is_no_change()
    {
        Interrupted("run");
        _folder.Write("model/tokenizer_config.json", """{"eos_token": "y",  "chat_template":"{{ messages }}"}""");
        SmallRun.Train(SmallRun.Reload(At("run")), resume: true);
    }

    /// <summary>
    /// An adapter that changed before there was a checkpoint is what the run starts from, like all else.
    /// </summary>
    [Fact]
    public void A_run_that_starts_again_keeps_the_adapter_that_it_starts_from()
    {
        SmallRun.Interrupt(SmallRun.Load(At("run"), Settings), "  validation at step 0");
        Change(At("first/adapter/adapter_config.json"));
        SmallRun.Interrupt(SmallRun.Reload(At("run")), "step 2/6", resume: true);
        Directory.Delete(At("first"), recursive: true);
        SmallRun.Train(SmallRun.Reload(At("run")), resume: true);
        Assert.Equal(6, Config("run/adapter")["lora_alpha"]!.GetValue<double>());
    }

    /// <summary>As it was before checkpoints knew of these files and runs kept a copy of their adapter.</summary>
    [Fact]
    public void A_checkpoint_of_an_older_program_goes_on_to_the_bit()
    {
        SmallRun.Train(SmallRun.Load(At("whole"), Settings));
        Interrupted("parts");
        string state = At("parts/checkpoints/step-00000002/state.json");
        JsonObject old = JsonNode.Parse(File.ReadAllText(state))!.AsObject();
        Assert.True(old.Remove("files"));
        Assert.Equal(["version", "step", "validation_loss", "model", "data", "settings"], old.Select(p => p.Key));
        File.WriteAllText(state, old.ToJsonString());
        Directory.Delete(At("parts/start_adapter"), recursive: true);
        SmallRun.Train(SmallRun.Reload(At("parts")), resume: true);
        SmallRun.AssertSame(At("whole"), At("parts"));
    }

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Root, name);

    private JsonObject Config(string adapter) =>
        JsonNode.Parse(File.ReadAllText(At($"{adapter}/adapter_config.json")))!.AsObject();

    private void Interrupted(string name) => SmallRun.Interrupt(SmallRun.Load(At(name), Settings), "step 2/6");

    /// <summary>Makes another file of it that can be read as well.</summary>
    private static void Change(string file)
    {
        if (!File.Exists(file))
        {
            File.WriteAllText(file, "{{ messages }}.");
        }
        else if (Path.GetExtension(file) == ".safetensors")
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
        else
        {
            string text = File.ReadAllText(file).Replace("\"lora_alpha\": 5", "\"lora_alpha\": 6");
            File.WriteAllText(file, text.Replace("{{ messages }}", "{{ messages }}.") + "\n");
        }
    }
}
