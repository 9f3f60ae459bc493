using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.LanguageModels.Managed;

public sealed class DecoderRoomTests
{
    [Test]
    public void Generations_InOneRoom_ComeOutAsInRoomsOfTheirOwn()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        using var room = new DecoderRoom();
        int[][][] batches = [[[1, 2, 3], [4]], [[5]], [[1], [2, 3], [4, 5, 6, 7], [8]], [[4], [1, 2, 3]]];
        foreach (var prompts in batches)
            Assert.That(Generate(model, prompts, room), Is.EqualTo(Generate(model, prompts, null)));
    }

    [Test]
    public void Take_OfWhatFits_GivesTheSameRoomAgain()
    {
        using var room = new DecoderRoom();
        var first = room.Take(ToyModels.Llama, streams: 3, capacity: 10);
        Assert.That(room.Take(ToyModels.Llama, streams: 2, capacity: 10), Is.SameAs(first));
        Assert.That(room.Take(ToyModels.Llama, streams: 4, capacity: 10), Is.Not.SameAs(first));
        Assert.That(room.Take(ToyModels.Llama with { Layers = 3 }, streams: 1, capacity: 1).Fits(ToyModels.Llama, 1, 1), Is.False);
    }

    private static IReadOnlyList<IReadOnlyList<int>> Generate(TransformerModel model, int[][] prompts, DecoderRoom? room) =>
        TextGenerator.Generate(
            model, new GenerationJob(prompts) { Seeds = [.. prompts.Select((_, row) => (long)row)], Room = room },
            new GenerateOptions { MaxTokens = 6, Temperature = 1 });
}
