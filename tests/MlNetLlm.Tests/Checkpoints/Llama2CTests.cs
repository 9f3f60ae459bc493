using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Checkpoints;

public sealed class Llama2CTests
{
    private static readonly TransformerConfig _small = ToyModels.Llama with { Rotary = RotaryLayout.AdjacentPairs };

    [TestCase(true)]
    [TestCase(false)]
    public void WriteAndRead_OfASmallModel_GivesTheSameBits(bool tied)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = ToyModels.Create(_small with { TiedHead = tied });

        Llama2C.Write(FileSystems.Default, folder["m.bin"], model);
        using var read = Llama2C.Read(folder["m.bin"]);

        Assert.That(read.Config, Is.EqualTo(model.Config));
        Assert.That(Llama2C.Recognises(folder["m.bin"]), Is.True);
        foreach (var ((name, expected), (_, actual)) in model.named_parameters().Zip(read.named_parameters()))
            Assert.That(ToyModels.Values(actual), Is.EqualTo(ToyModels.Values(expected)), name);
    }

    [Test]
    public void Write_OfAModelTheFormatCannotHold_SaysWhatItHolds()
    {
        using var folder = new TemporaryFolder();
        using var model = new TransformerModel(ToyModels.Llama);

        Assert.That(
            () => Llama2C.Write(FileSystems.Default, folder["m.bin"], model),
            Throws.ArgumentException.With.Message.Contains("adjacent rotary pairs (base 10000, whole heads)").And.Message.Contains(
                "Rotary = Halves"));
    }

    [TestCase(-1, "It is cut, or not of this format")]
    [TestCase(1, "It is cut, or not of this format")]
    [TestCase(-2000, "has 9 bytes, a llama2.c model has a header of 28")]
    public void Read_OfAFileOfOtherLength_SaysSo(int change, string fact)
    {
        using var folder = new TemporaryFolder();
        using var model = ToyModels.Create(_small);
        Llama2C.Write(FileSystems.Default, folder["m.bin"], model);
        var bytes = File.ReadAllBytes(folder["m.bin"]);
        File.WriteAllBytes(folder["m.bin"], change == -2000 ? bytes[..9] : change > 0 ? [.. bytes, 0] : bytes[..^1]);

        Assert.That(() => Llama2C.Read(folder["m.bin"]), Throws.TypeOf<InvalidDataException>().With.Message.Contains(fact));
        Assert.That(Llama2C.Recognises(folder["m.bin"]), Is.False);
    }

    [TestCase(0, 0)]
    [TestCase(2, -3)]
    [TestCase(3, 3)]
    [TestCase(4, 3)]
    [TestCase(5, 0)]
    [TestCase(5, int.MinValue)]
    [TestCase(2, int.MaxValue)]
    [TestCase(6, int.MaxValue)]
    public void Read_OfAHeaderThatMakesNoSense_SaysSo(int place, int value)
    {
        using var folder = new TemporaryFolder();
        using var model = ToyModels.Create(_small);
        Llama2C.Write(FileSystems.Default, folder["m.bin"], model);
        var bytes = File.ReadAllBytes(folder["m.bin"]);
        BitConverter.GetBytes(value).CopyTo(bytes, place * 4);
        File.WriteAllBytes(folder["m.bin"], bytes);

        Assert.That(() => Llama2C.Read(folder["m.bin"]),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("is no llama2.c model of version 0"));
    }
}
