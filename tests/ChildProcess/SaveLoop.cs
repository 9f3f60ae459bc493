using MlNetLlm.LanguageModels;
using MlNetLlm.Tokenization;
using TorchSharp;

/// <summary>Saves two models in turn to the same folder until it is killed, and says when each save has returned.</summary>
internal static class SaveLoop
{
    public static int Run(string folder)
    {
        using var first = Model(1);
        using var second = Model(2);
        Console.WriteLine($"{first.Fingerprint} {second.Fingerprint}");
        for (var turn = 0; ; turn++)
        {
            (turn % 2 == 0 ? first : second).Save(folder);
            Console.WriteLine("saved");
        }
    }

    public static LanguageModel Model(ulong seed)
    {
        using var random = new torch.Generator(seed);
        var tokenizer = VocabularyTokenizer.Characters("abcdefgh ");
        var config = TransformerConfig.Llama(tokenizer.VocabularySize, width: 16, layers: 2, heads: 4, contextLength: 32,
            feedForwardWidth: 24);
        return new LanguageModel(new TransformerModel(config, random), tokenizer);
    }
}
